//! The gateways that this desk knows, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{GatewayHealth, PaymentGateway, Watched};

/// Cheap to clone; built once, at the start.
#[derive(Clone, Default)]
pub struct Gateways {
    by_name: Arc<BTreeMap<&'static str, Watched>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("two payment gateways have the name {0}")]
pub struct RepeatedName(pub &'static str);

impl Gateways {
    pub fn new(gateways: Vec<Arc<dyn PaymentGateway>>) -> Result<Self, RepeatedName> {
        let mut by_name = BTreeMap::new();
        for gateway in gateways {
            let name = gateway.name();
            if by_name.insert(name, Watched::new(gateway)).is_some() {
                return Err(RepeatedName(name));
            }
        }
        Ok(Self {
            by_name: Arc::new(by_name),
        })
    }

    pub fn get(&self, name: &str) -> Option<&Watched> {
        self.by_name.get(name)
    }

    /// In alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.by_name.keys().copied()
    }

    /// How each is doing, in alphabetical order.
    pub fn health(&self) -> Vec<GatewayHealth> {
        self.by_name.values().map(Watched::health).collect()
    }
}
