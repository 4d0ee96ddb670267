//! Every page on two desks side by side, one with little history and one with very much: what a
//! page costs may depend on what it shows, and not on how much there is.

mod desk;
mod orders;
mod report;
mod tour;
mod visitor;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use hdrhistogram::Histogram;

use desk::RunningDesk;
pub use report::{PageTimes, PagesReport};
use tour::Stop;
use visitor::Visitor;

use crate::service::demo::generate::Size;

/// What to run.
#[derive(Debug, Clone)]
pub struct PagesPlan {
    /// Where the two desks keep their data; what is there already is used again.
    pub folder: PathBuf,
    pub small: Size,
    pub large: Size,
    /// Timed requests of each page on each desk, after a tenth of as many to warm up.
    pub requests: u32,
}

/// Makes the two desks, visits every page of both in turn, and tells how long each took.
///
/// # Errors
/// When a desk cannot be made or started, or a page does not answer as it should.
pub async fn run(
    plan: &PagesPlan,
    mut progress: impl FnMut(&PageTimes),
) -> anyhow::Result<PagesReport> {
    let small = RunningDesk::open(plan.folder.join("small"), plan.small).await?;
    let large = RunningDesk::open(plan.folder.join("large"), plan.large).await?;
    for desk in [&small, &large] {
        orders::place(desk).await.context("placing orders")?;
    }
    let mut visitors = [
        Visitor::sign_in(&small).await?,
        Visitor::sign_in(&large).await?,
    ];
    let tours = [
        tour::stops(&mut visitors[0]).await?,
        tour::stops(&mut visitors[1]).await?,
    ];
    // Once around, so that what either desk reads only now and then is read.
    for (visitor, stops) in visitors.iter_mut().zip(&tours) {
        for stop in stops {
            visitor.get(&stop.address).await?;
        }
    }
    let mut pages = Vec::new();
    for stops in tours[0].iter().zip(&tours[1]) {
        let stops = [stops.0, stops.1];
        let times = measure(&mut visitors, stops, plan.requests)
            .await
            .with_context(|| format!("{} at {}", stops[0].name, stops[1].address))?;
        progress(&times);
        pages.push(times);
    }
    small.close().await?;
    large.close().await?;
    Ok(PagesReport { pages })
}

async fn measure(
    visitors: &mut [Visitor; 2],
    stops: [&Stop; 2],
    requests: u32,
) -> anyhow::Result<PageTimes> {
    let mut times = [Histogram::new(3)?, Histogram::new(3)?];
    for n in 0..requests + requests / 10 {
        // In turn, so that whatever else the machine does disturbs both alike.
        for ((visitor, stop), times) in visitors.iter_mut().zip(stops).zip(&mut times) {
            let taken = visitor.get(&stop.address).await?.taken;
            if n >= requests / 10 {
                times.record(u64::try_from(taken.as_micros())?)?;
            }
        }
    }
    let [small, large] = times;
    Ok(PageTimes {
        name: stops[0].name.clone(),
        small,
        large,
    })
}

/// How long a page may take on the large desk, of 100 visits all but one.
pub const LIMIT: Duration = Duration::from_millis(50);
/// How many times as long a page may take there as on the small one, half of its visits.
pub const RATIO: f64 = 1.5;
