//! How many fetches of one URL are under way? One: whoever asks meanwhile waits for the same answer (SPEC CIMD-F-9).
//!
//! The flight is a task of its own, bounded by the total time, so that nobody who leaves takes the others' answer along.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};

type Landing<T> = Shared<BoxFuture<'static, T>>;

/// The flights under way.
#[derive(Debug)]
pub(crate) struct Flights<K, T: Clone>(Arc<Mutex<HashMap<K, Landing<T>>>>);

impl<K, T> Flights<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(HashMap::new())))
    }

    /// Waits for the flight of `key`, beginning it with `work` if there is none; `lost` is the answer if its task dies.
    pub(crate) async fn join<F>(&self, key: K, work: impl FnOnce() -> F, lost: T) -> T
    where
        F: Future<Output = T> + Send + 'static,
    {
        let landing = {
            let mut flights = lock(&self.0);
            if let Some(landing) = flights.get(&key) {
                landing.clone()
            } else {
                let landed = Landed { key: key.clone(), flights: Arc::clone(&self.0) };
                let work = work();
                let task = tokio::spawn(async move {
                    let _landed = landed;
                    work.await
                });
                let landing = task.map(|end| end.unwrap_or(lost)).boxed().shared();
                flights.insert(key, landing.clone());
                landing
            }
        };
        landing.await
    }
}

/// Takes the flight off the list when its task ends, in whatever way.
struct Landed<K: Eq + Hash, T: Clone> {
    key: K,
    flights: Arc<Mutex<HashMap<K, Landing<T>>>>,
}

impl<K: Eq + Hash, T: Clone> Drop for Landed<K, T> {
    fn drop(&mut self) {
        lock(&self.flights).remove(&self.key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_thousand_wait_for_one_flight_and_the_next_one_starts_anew() {
        let flights = Flights::new();
        let begun = Arc::new(AtomicUsize::new(0));
        let one = |n: usize| {
            let begun = Arc::clone(&begun);
            flights.join(
                "url",
                move || async move {
                    begun.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    n
                },
                0,
            )
        };
        let all = futures_util::future::join_all((1..=1000).map(one)).await;
        assert_eq!(all, vec![1; 1000]);
        assert_eq!(one(7).await, 7);
        assert_eq!(begun.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_flight_that_dies_is_off_the_list() {
        let flights = Flights::new();
        let dies = || async { if true { panic!("on purpose") } else { 1 } };
        assert_eq!(flights.join("url", dies, 0).await, 0);
        assert_eq!(flights.join("url", || async { 2 }, 0).await, 2);
    }
}
