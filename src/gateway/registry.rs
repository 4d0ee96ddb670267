//! The gateways that this desk knows, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{GatewayHealth, PaymentGateway, Watched};

/// Cheap to clone; built once, at the start.
#[derive(Clone, Default)]
pub struct Gateways {
    by_name: Arc<BTreeMap<String, Watched>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("two payment gateways have the name {0}")]
pub struct RepeatedName(pub String);

impl Gateways {
    pub fn new(gateways: Vec<Arc<dyn PaymentGateway>>) -> Result<Self, RepeatedName> {
        let mut by_name = BTreeMap::new();
        for gateway in gateways {
            let name = gateway.name().to_owned();
            if by_name
                .insert(name.clone(), Watched::new(gateway))
                .is_some()
            {
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
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// In alphabetical order of their names.
    pub fn all(&self) -> impl Iterator<Item = &Watched> {
        self.by_name.values()
    }

    /// How each is doing, in alphabetical order.
    pub fn health(&self) -> Vec<GatewayHealth> {
        self.by_name.values().map(Watched::health).collect()
    }
}
