//! One private server: started, watched, started again when it dies, stopped.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Child;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::engine::Engine;
use super::folder::Folder;
use super::keeper::Keeper;
use super::log::ServerLog;
use super::{EmbeddedError, GLANCE, child};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A server that lived this long did not die of its start.
const SETTLED: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
enum State {
    Starting,
    Answering,
    Failed { reason: String, tail: String },
}

/// A supervised server. Dropping it asks it to stop without waiting.
#[derive(Debug)]
pub(super) struct Server {
    name: &'static str,
    state: watch::Receiver<State>,
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts `engine`; [`Self::answering`] tells how that went.
    pub fn start<E: Engine>(
        engine: E,
        folder: &Folder,
        start_timeout: Duration,
    ) -> Result<Self, EmbeddedError> {
        engine.command()?; // A missing program is told at once.
        let (publish, state) = watch::channel(State::Starting);
        let stop = CancellationToken::new();
        let name = engine.name();
        let log = folder.log(engine.file_name());
        let supervisor = Supervisor {
            engine,
            log,
            start_timeout,
            stop: stop.clone(),
            publish,
        };
        let task = Some(tokio::spawn(supervisor.run()));
        Ok(Self {
            name,
            state,
            stop,
            task,
        })
    }

    /// Waits until the server answers for the first time, or has failed to start.
    pub async fn answering(&mut self) -> Result<(), EmbeddedError> {
        let start = |reason, tail| EmbeddedError::Start {
            server: self.name,
            reason,
            tail,
        };
        let settled = self
            .state
            .wait_for(|state| !matches!(state, State::Starting))
            .await;
        match settled.as_deref() {
            Ok(State::Answering) => Ok(()),
            Ok(State::Failed { reason, tail }) => Err(start(reason.clone(), tail.clone())),
            Ok(State::Starting) | Err(_) => Err(start("it was stopped".into(), String::new())),
        }
    }

    /// Stops the server, and returns when it is gone.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take()
            && let Err(error) = task.await
        {
            tracing::error!(server = self.name, %error, "supervising ended badly");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Supervisor<E> {
    engine: E,
    log: PathBuf,
    start_timeout: Duration,
    stop: CancellationToken,
    publish: watch::Sender<State>,
}

/// How one run of the server ended.
enum End {
    Stopped,
    Died(String, String),
}

impl<E: Engine> Supervisor<E> {
    async fn run(self) {
        let server = self.engine.name();
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            let (reason, tail) = match self.run_once().await {
                End::Stopped => return,
                End::Died(reason, tail) => (reason, tail),
            };
            if matches!(*self.publish.borrow(), State::Starting) {
                // It has never worked: whoever started it decides what to do.
                self.publish.send_replace(State::Failed { reason, tail });
                return;
            }
            if began.elapsed() > SETTLED {
                pause = FIRST_PAUSE;
            }
            tracing::error!(
                server,
                reason,
                "a private server died{tail}; it is started again"
            );
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = sleep(pause) => pause = LONGEST_PAUSE.min(pause * 2),
            }
        }
    }

    async fn run_once(&self) -> End {
        let (log, mut child) = match self.spawn() {
            Ok(started) => started,
            Err(error) => return End::Died(error.to_string(), String::new()),
        };
        let keeper = match child.id().map(Keeper::watch) {
            Some(Ok(keeper)) => Some(keeper),
            Some(Err(error)) => {
                tracing::warn!(%error, "nobody will stop this server if we are killed");
                None
            }
            None => None, // It has ended already; the wait below tells.
        };
        let mut answered = false;
        let ended = tokio::select! {
            () = self.stop.cancelled() => None,
            ended = self.watch(&mut child, &mut answered) => Some(ended),
        };
        if answered {
            child::stop(self.engine.name(), &mut child).await;
        } else {
            // MariaDB hangs for ever when it is asked to stop halfway through its start. Nobody
            // has been promised anything by this run, and files are made for sudden ends.
            child::kill(self.engine.name(), &mut child).await;
        }
        let end = ended.map_or(End::Stopped, |reason| End::Died(reason, log.tail()));
        if let Some(keeper) = keeper {
            keeper.dismiss().await;
        }
        end
    }

    fn spawn(&self) -> Result<(ServerLog, Child), EmbeddedError> {
        let failed = |error| EmbeddedError::start(self.engine.name(), error, String::new());
        let (log, output) = ServerLog::begin(&self.log).map_err(failed)?;
        let child = self
            .engine
            .command()?
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output)
            // Ctrl-C in a terminal is for us: we stop the server when we are done with it.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        Ok((log, child))
    }

    /// Returns when the server has died, or has not answered in time at its first start.
    async fn watch(&self, child: &mut Child, answered: &mut bool) -> String {
        let began = Instant::now();
        let mut told = began;
        loop {
            let ended = tokio::select! {
                ended = child.wait() => Some(ended),
                answer = self.engine.answers() => match answer {
                    Ok(()) => break,
                    Err(reason) => {
                        let first = matches!(*self.publish.borrow(), State::Starting);
                        if first && began.elapsed() > self.start_timeout {
                            return format!("it does not answer ({reason})");
                        }
                        if told.elapsed() > self.start_timeout {
                            told = Instant::now();
                            tracing::warn!(server = self.engine.name(), reason, "no answer yet");
                        }
                        None
                    }
                }
            };
            if let Some(ended) = ended {
                return child::describe(ended);
            }
            sleep(GLANCE).await;
        }
        tracing::info!(
            server = self.engine.name(),
            pid = child.id(),
            took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "a private server answers"
        );
        *answered = true;
        self.engine.answered();
        self.publish.send_replace(State::Answering);
        child::describe(child.wait().await)
    }
}
