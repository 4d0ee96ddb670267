//! The Lua scripts of the gate, compiled in. Each file's header says what it takes and returns.

use redis::Script;

pub struct Scripts {
    pub claim: Script,
    pub release: Script,
    pub finish: Script,
    pub fence: Script,
    pub copy: Script,
    pub compare: Script,
    pub stale: Script,
}

impl Scripts {
    pub fn new() -> Self {
        Self {
            claim: Script::new(include_str!("../../../lua/claim.lua")),
            release: Script::new(include_str!("../../../lua/release.lua")),
            finish: Script::new(include_str!("../../../lua/finish.lua")),
            fence: Script::new(include_str!("../../../lua/fence.lua")),
            copy: Script::new(include_str!("../../../lua/copy.lua")),
            compare: Script::new(include_str!("../../../lua/compare.lua")),
            stale: Script::new(include_str!("../../../lua/stale.lua")),
        }
    }
}
