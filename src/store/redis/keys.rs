//! Names of keys: `<prefix>:{<warehouse>}:<what>`. `lua/README.md` lists them.

use crate::domain::ids::Warehouse;

/// The keys of one warehouse.
#[derive(Debug, Clone)]
pub struct Keys {
    base: String,
}

impl Keys {
    pub fn new(prefix: &str, warehouse: &Warehouse) -> Self {
        Self {
            base: format!("{prefix}:{{{warehouse}}}"),
        }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn stock(&self, sku: &str) -> String {
        format!("{}:stock:{sku}", self.base)
    }

    pub fn document(&self, document: &str) -> String {
        format!("{}:doc:{document}", self.base)
    }

    pub fn inflight(&self) -> String {
        format!("{}:inflight", self.base)
    }

    pub fn held(&self) -> String {
        format!("{}:held", self.base)
    }

    pub fn releasing(&self) -> String {
        format!("{}:releasing", self.base)
    }

    pub fn fences(&self) -> String {
        format!("{}:fences", self.base)
    }
}
