//! The tools, area by area.

pub mod adapters;
pub mod agent_session_manager;
pub mod applications;
pub mod automation_studio;
mod components;
pub mod configuration_manager;
pub mod gateway_manager;
pub mod health;
pub mod integrations;
pub mod inventory_manager;
pub mod lifecycle_manager;
pub mod operations_manager;
pub mod workflow_engine;
