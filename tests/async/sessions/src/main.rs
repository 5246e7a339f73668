// SPDX-License-Identifier: GPL-3.0-or-later
//! A server as people write them with Tokio, without its network. It leaks on purpose, and prints
//! what a heap profile of it has to say: blocks, the bytes asked for and those given.
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tracing::Instrument;

/// Leaked tasks, one a session.
const SESSIONS: usize = 5559;
/// A class of sizes of every allocator's: what is asked for is what is given.
const PAGE: usize = 4096;
const FOREVER: Duration = Duration::from_secs(3600);

/// Counts what a thread holds more of than when it set `COUNT`.
struct Counting;
static BLOCKS: AtomicUsize = AtomicUsize::new(0);
static ASKED: AtomicUsize = AtomicUsize::new(0);
static GIVEN: AtomicUsize = AtomicUsize::new(0);

thread_local!(static COUNT: Cell<bool> = const { Cell::new(false) });

extern "C" {
    fn malloc_usable_size(block: *mut u8) -> usize;
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = System.alloc(layout);
        if COUNT.with(Cell::get) {
            BLOCKS.fetch_add(1, Relaxed);
            ASKED.fetch_add(layout.size(), Relaxed);
            GIVEN.fetch_add(malloc_usable_size(block), Relaxed);
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if COUNT.with(Cell::get) {
            BLOCKS.fetch_sub(1, Relaxed);
            ASKED.fetch_sub(layout.size(), Relaxed);
            GIVEN.fetch_sub(malloc_usable_size(block), Relaxed);
        }
        System.dealloc(block, layout)
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

type Kept = Arc<Mutex<Vec<Box<[u8]>>>>;

mod session {
    use super::*;

    /// The task that keeps a session alive, longer than anybody wants.
    async fn heartbeat(id: usize) {
        let state = [id as u8; 512];
        tokio::time::sleep(FOREVER).await;
        println!("session {id} ends: {}", state[id % 512]);
    }

    pub struct Session {
        pub id: usize,
    }

    impl Session {
        pub fn new(id: usize) -> Session {
            tokio::spawn(heartbeat(id));
            Session { id }
        }
    }
}

mod store {
    use super::*;

    /// What async_trait makes of a trait's async functions.
    pub trait Load: Send + Sync {
        fn load<'a>(&'a self, pages: usize) -> Pin<Box<dyn Future<Output = Vec<u8>> + Send + 'a>>;
    }

    pub struct Disk;

    impl Load for Disk {
        fn load<'a>(&'a self, pages: usize) -> Pin<Box<dyn Future<Output = Vec<u8>> + Send + 'a>> {
            Box::pin(async move {
                tokio::task::yield_now().await;
                read_pages(pages).await
            })
        }
    }

    async fn read_pages(pages: usize) -> Vec<u8> {
        tokio::task::yield_now().await;
        page_buffer(pages)
    }

    fn page_buffer(pages: usize) -> Vec<u8> {
        vec![1; pages * PAGE]
    }
}

mod api {
    use super::store::Load;
    use super::*;

    /// Nested async functions, a timeout and a boxed future between them.
    pub async fn serve(disk: Arc<dyn Load>, kept: Kept, requests: usize) {
        for _ in 0..requests {
            let page = handle(&disk).await;
            kept.lock().unwrap().push(page.into_boxed_slice());
        }
        std::future::pending::<()>().await
    }

    async fn handle(disk: &Arc<dyn Load>) -> Vec<u8> {
        tokio::time::timeout(FOREVER, fetch(disk)).await.unwrap()
    }

    async fn fetch(disk: &Arc<dyn Load>) -> Vec<u8> {
        disk.load(2).await
    }

    /// Both halves of a join allocate, and so does one branch of a select.
    pub async fn refresh(kept: Kept) {
        let (left, right) = tokio::join!(half(3), half(5));
        let chosen = tokio::select! {
            page = half(7) => page,
            _ = tokio::time::sleep(FOREVER) => Vec::new(),
        };
        let mut kept = kept.lock().unwrap();
        for page in [left, right, chosen] {
            kept.push(page.into_boxed_slice());
        }
    }

    async fn half(pages: usize) -> Vec<u8> {
        tokio::task::yield_now().await;
        vec![2; pages * PAGE]
    }

    /// The channel's blocks are Tokio's; who fills it is to blame.
    pub async fn publish(
        queue: mpsc::UnboundedSender<[u64; 8]>,
        messages: u64,
        done: oneshot::Sender<()>,
    ) {
        for i in 0..messages {
            queue.send([i; 8]).unwrap();
        }
        done.send(()).unwrap();
        std::future::pending::<()>().await
    }
}

fn thumbnail(pages: usize) -> Box<[u8]> {
    vec![3; pages * PAGE].into_boxed_slice()
}

async fn accept(ready: oneshot::Sender<usize>) {
    COUNT.with(|count| count.set(true));
    let ids: usize = (0..SESSIONS).map(|id| session::Session::new(id).id).sum();
    COUNT.with(|count| count.set(false));
    ready.send(ids).unwrap();
    std::future::pending::<()>().await
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let kept: Kept = Arc::new(Mutex::new(Vec::with_capacity(PAGE)));
    let (ready, sessions) = oneshot::channel();
    let (queue, _unread) = mpsc::unbounded_channel();
    let (done, published) = oneshot::channel();

    tokio::spawn(accept(ready));
    sessions.await.unwrap();
    tokio::spawn(api::serve(Arc::new(store::Disk), kept.clone(), 50));
    tokio::spawn(api::publish(queue, 10_000, done));
    tokio::spawn(api::refresh(kept.clone()).instrument(tracing::Span::none()))
        .await
        .unwrap();
    let picture = tokio::task::spawn_blocking(|| thumbnail(11)).await.unwrap();
    kept.lock().unwrap().push(picture);
    let local = tokio::task::LocalSet::new();
    let index = local.run_until(async {
        tokio::task::spawn_local(async { vec![4u8; 13 * PAGE] })
            .await
            .unwrap()
    });
    kept.lock().unwrap().push(index.await.into_boxed_slice());
    published.await.unwrap();
    while kept.lock().unwrap().len() < 50 + 3 + 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let pages: usize = kept.lock().unwrap().iter().map(|page| page.len()).sum();
    println!("tasks {BLOCKS:?} {ASKED:?} {GIVEN:?}");
    println!("pages {} {pages}", kept.lock().unwrap().len());
    // with every task alive
    std::process::exit(0)
}
