//! The backend over real HTTP, a real `SQLite` file and a real WebSocket.

#[cfg(test)]
mod access;
#[cfg(test)]
mod agent;
#[cfg(test)]
mod interact;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod process;
#[cfg(test)]
mod support;
