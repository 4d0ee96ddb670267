use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Looks again and again until `condition` holds; fails after 30 s, naming `what` was awaited.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(
            Instant::now() < deadline,
            "still waiting after 30 s: {what}"
        );
        sleep(Duration::from_millis(10)).await;
    }
}
