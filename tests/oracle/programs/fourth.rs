// SPDX-License-Identifier: GPL-3.0-or-later
use std::collections::HashMap;
use std::fmt::Display;

trait Shape {
    fn area(&self) -> usize;
    fn name(&self) -> String {
        format!("shape of {}", self.area())
    }
}

struct Square(usize);

impl Shape for Square {
    fn area(&self) -> usize {
        deepest(self.0 * self.0)
    }
}

struct Table<T, const N: usize> {
    rows: [Vec<T>; N],
}

impl<T: Clone + Display, const N: usize> Table<T, N> {
    #[inline(never)]
    fn add(&mut self, key: &T) -> usize {
        let text = key.to_string();
        self.rows[deep(text.len()) % N].push(key.clone());
        text.len()
    }
}

#[inline(always)]
fn deepest(n: usize) -> usize {
    own(n).len()
}

#[inline(always)]
fn deep(n: usize) -> usize {
    (0..n).map(|i| deepest(i) + deepest(i + 1)).sum::<usize>() + deepest(n * 2)
}

#[inline(never)]
fn own(n: usize) -> Vec<u8> {
    vec![n as u8; n]
}

async fn later(n: usize) -> usize {
    deep(n)
}

fn main() {
    let n = std::env::args().count();
    let shape: Box<dyn Shape> = Box::new(Square(n));
    let mut table = Table::<String, 4> { rows: Default::default() };
    let mut map: HashMap<String, Vec<usize>> = HashMap::new();
    for i in 0..n * 10 {
        map.entry(i.to_string()).or_default().push(table.add(&shape.name()));
    }
    let thread = std::thread::spawn(move || own(n * 3).len());
    let _never_polled = later(n);
    let mut names: Vec<_> = map.keys().cloned().collect();
    names.sort_by(|a, b| b.chars().rev().collect::<String>().cmp(a));
    println!("{} {}", names.len(), thread.join().unwrap());
}
