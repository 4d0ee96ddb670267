//! Each script of the gate, alone, on a real Redis: what its header promises.

mod scripts;
