//! `maillage healthcheck`: whether the node that runs here is ready, for a container to ask.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::StatusCode;

use super::{Context, Exit, VerbError};
use crate::config::Config;

/// Nothing but the flags of every verb.
#[derive(Debug, clap::Args)]
pub(super) struct Args;

/// A node that takes longer is not ready.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn run(_: Args, context: &Context) -> Result<(), VerbError> {
    let config = context.config()?.config;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| not_ready().because(error))?;
    match runtime.block_on(ask(&config)) {
        Ok(status) if status.is_success() => context.say("Le nœud est prêt."),
        Ok(_) => Err(not_ready()),
        Err(error) => Err(not_ready().because(error.without_url())),
    }
}

fn not_ready() -> VerbError {
    VerbError::new(Exit::Unavailable, "le nœud ne répond pas, ou n'est pas prêt")
        .remedy("regardez son journal technique : journalctl -u maillage")
}

async fn ask(config: &Config) -> Result<StatusCode, reqwest::Error> {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}/health/ready", reachable(config.listen));
    // It is this machine, under a name that its certificate does not bear.
    let client = reqwest::Client::builder().tls_danger_accept_invalid_certs(true);
    let client = client.no_proxy().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    Ok(client.build()?.get(url).send().await?.status())
}

/// Returns where a node that listens at `listen` can be called from this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
