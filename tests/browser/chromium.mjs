/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chromium, driven over a pipe by its DevTools protocol: no package is needed. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const SKIP = 77;

export function findChromium() {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'];
  return names.find(n => n && spawnSync(n, ['--version'], { stdio: 'ignore' }).status === 0);
}

export class Browser {
  constructor(program) {
    this.profile = mkdtempSync(join(tmpdir(), 'heapview-browser-'));
    this.process = spawn(program, [
      '--headless', '--remote-debugging-pipe', '--no-sandbox', '--disable-gpu', '--no-first-run',
      '--hide-scrollbars', `--user-data-dir=${this.profile}`, 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.waiting = new Map();
    this.listeners = [];
    this.next = 1;
    let rest = '';
    this.process.stdio[4].setEncoding('utf8').on('data', chunk => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop();
      messages.forEach(m => this.receive(JSON.parse(m)));
    });
  }

  receive(message) {
    if (message.id === undefined) {
      this.listeners.forEach(f => f(message));
      return;
    }
    const { resolve, reject } = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error)
      reject(new Error(JSON.stringify(message.error)));
    else
      resolve(message.result);
  }

  send(method, params = {}) {
    const id = this.next++;
    this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId: this.session }) +
                                '\0');
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  event(method) {
    return new Promise(resolve => {
      const listener = message => {
        if (message.method === method) {
          this.listeners.splice(this.listeners.indexOf(listener), 1);
          resolve(message.params);
        }
      };
      this.listeners.push(listener);
    });
  }

  async start() {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    this.session = (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    this.problems = [];
    this.listeners.push(({ method, params }) => {
      if (method === 'Runtime.exceptionThrown')
        this.problems.push(params.exceptionDetails.exception?.description ||
                           params.exceptionDetails.text);
      if (method === 'Log.entryAdded' && params.entry.level === 'error')
        this.problems.push(params.entry.text);
    });
    await this.send('Page.enable');
    await this.send('Runtime.enable');
    await this.send('Log.enable');
  }

  async open(file, { width = 1400, height = 700, dark = false, script = true } = {}) {
    await this.send('Emulation.setDeviceMetricsOverride',
                    { width, height, deviceScaleFactor: 1, mobile: false });
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
    await this.send('Emulation.setScriptExecutionDisabled', { value: !script });
    const loaded = this.event('Page.loadEventFired');
    await this.send('Page.navigate', { url: `file://${file}` });
    await loaded;
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression: `(() => { ${expression} })()`, returnByValue: true, awaitPromise: true,
    });
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  }

  async click(x, y) {
    await this.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
    for (const type of ['mousePressed', 'mouseReleased'])
      await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  }

  async move(x, y) {
    await this.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
  }

  async key(key, { control = false, shift = false } = {}) {
    const codes = { Escape: 27, Enter: 13, ArrowUp: 38, ArrowDown: 40, ArrowLeft: 37, ArrowRight: 39,
                    f: 70, 0: 48 };
    const common = { key, windowsVirtualKeyCode: codes[key],
                     modifiers: (control ? 2 : 0) + (shift ? 8 : 0) };
    await this.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...common });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...common });
  }

  async type(text) {
    await this.send('Input.insertText', { text });
  }

  async screenshot() {
    return Buffer.from((await this.send('Page.captureScreenshot')).data, 'base64');
  }

  async close() {
    const gone = new Promise(resolve => this.process.once('exit', resolve));
    this.process.kill();
    await gone;
    // its helpers write for some time after it is gone; retries of rmSync() do not remove what came meanwhile
    for (let tries = 0; ; tries++) {
      try {
        rmSync(this.profile, { recursive: true, force: true });
        return;
      } catch (error) {
        if (tries === 100) {
          throw error;
        }
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    }
  }
}
