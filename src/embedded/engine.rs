use std::future::Future;

use tokio::process::Command;

use super::EmbeddedError;

/// A program that can be supervised.
pub(super) trait Engine: Send + Sync + 'static {
    /// For people: `MariaDB`.
    fn name(&self) -> &'static str;
    /// For file names: `mariadb`.
    fn file_name(&self) -> &'static str;
    /// How it is started, in the foreground, in its own data folder.
    fn command(&self) -> Result<Command, EmbeddedError>;
    /// Whether it does what it is there for; the error says why not.
    fn answers(&self) -> impl Future<Output = Result<(), String>> + Send;
    /// Told each time it has come up.
    fn answered(&self) {}
}
