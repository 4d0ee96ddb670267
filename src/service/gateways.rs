//! The gateways themselves, apart from any order.

use super::cashier::Cashier;
use crate::domain::order::PaymentTerms;
use crate::domain::payment::NotPayable;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::gateway::PaymentGateway;

impl Cashier {
    /// Whether the gateway of these terms can take such a payment, as far as it can know. One
    /// that is not set up here says nothing.
    pub fn payable(&self, terms: &PaymentTerms) -> Result<(), NotPayable> {
        match self.gateway(&terms.gateway) {
            Some(gateway) => gateway.accepts(terms),
            None => Ok(()),
        }
    }

    /// Lets every gateway fetch what changes from time to time; returns how many did.
    ///
    /// # Errors
    /// `NotConfirmed`, naming those that could not. What they had stays in use.
    pub async fn refresh_gateways(&self) -> ServiceResult<usize> {
        let (mut done, mut failed) = (0, Vec::new());
        for gateway in self.gateways().all() {
            match gateway.refresh().await {
                Ok(()) => done += 1,
                Err(why) => failed.push(format!("{}: {why}", gateway.name())),
            }
        }
        if failed.is_empty() {
            Ok(done)
        } else {
            Err(ServiceError::NotConfirmed(failed.join("; ")))
        }
    }
}
