//! `maillage serve`: the node, until it is told to stop.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{DATE, HttpDate, TryIntoHeaderValue as _};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App as Actix, HttpResponse, HttpServer};
use maillage_protocol::calendar::Calendar;
use maillage_protocol::id::ReferralId;
use tracing::{error, info, warn};

use super::mail::postman;
use super::{Context, Exit, VerbError, certificates};
use crate::api;
use crate::app::{App, Rule};
use crate::caller::identify;
use crate::code_tries::CodeTries;
use crate::config::Config;
use crate::control::{self, Desk};
use crate::env::DRIVEN;
use crate::federation::{
    self, AddressPolicy, Calling, Client, Doors, DriverSettings, Drivers, Quotas, TIDY_EVERY,
};
use crate::folder::DataFolder;
use crate::index::{Index, Sessions};
use crate::mail::{Posted, Postman};
use crate::metrics;
use crate::opening;
use crate::projection::Worklist;
use crate::telemetry::Chain;
use crate::web::{self as pages, Calls, SignInLimits, WebSettings};

/// Nothing but the flags of every verb.
#[derive(Debug, clap::Args)]
pub(super) struct Args;

/// How long requests under way may take once the node is told to stop, in seconds.
const DRAIN: u64 = 30;
/// How often what time alone brings about is looked at.
const TICK: Duration = if DRIVEN { Duration::from_millis(200) } else { Duration::from_secs(60) };

/// How long a mail server that fails is left alone at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

pub(super) fn run(_: Args, context: &Context) -> Result<(), VerbError> {
    let config = context.config()?.config;
    let folder = DataFolder::at(&config.data_dir);
    let node = opening::open(&context.env, &folder, config.keys.passphrase.as_ref())?;
    let torn = node.journal.torn.as_ref();
    if let Some(torn) = torn {
        warn!(
            bytes = torn.bytes,
            "the end of the journal was torn, and set aside: nothing in it \
               was acknowledged"
        );
    }
    node.app.adopt(config.structure.into());
    node.app.move_to(config.public_url.as_str()).map_err(cannot_start)?;
    let index = Index::open(&folder.index()).map_err(cannot_start)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let app = Arc::clone(&node.app);
    let served = runtime.block_on(serve(&config, &folder, app, &index));
    runtime.shutdown_timeout(Duration::from_secs(1));
    index.close();
    served
}

fn cannot_start(error: impl std::error::Error + Send + Sync + 'static) -> VerbError {
    VerbError::new(Exit::Disk, "le nœud ne démarre pas").because(error)
}

async fn serve(
    config: &Config,
    folder: &DataFolder,
    app: Arc<App>,
    index: &Index,
) -> Result<(), VerbError> {
    let policy = AddressPolicy { allowed: config.peers.allow_private.clone() };
    let roots = certificates::trusted(config)?;
    let client = Client::new(Arc::clone(app.env()), policy, roots).map_err(cannot_start)?;
    let client = Arc::new(client);
    let settings = DriverSettings { poll: config.peers.poll };
    let drivers = Drivers::new(Arc::clone(&app), Arc::clone(&client), settings);
    let idle = Duration::from_secs(60 * u64::from(config.sessions.idle_minutes));
    let sessions = Arc::new(Sessions::open(index.db(), idle).map_err(cannot_start)?);
    let postman = config.smtp.as_ref().map(|smtp| postman(smtp, config)).transpose()?;
    let quotas = Quotas::new(config.peers.unlimited);
    let base_path = config.public_base_path.clone();
    let doors = Doors::new(Arc::clone(&app), Arc::clone(&drivers), base_path, quotas);
    let doors = Data::new(doors);

    drivers.erase_first().await;
    let server = server(config, &app, &doors, &sessions, &client)?;
    let listening = server.addrs_text;
    let handle = server.running.handle();
    let server = tokio::spawn(server.running);

    let desk = Desk {
        app: Arc::clone(&app),
        client,
        drivers: Some(Arc::clone(&drivers)),
        sessions: Some(sessions),
    };
    let orders = tokio::spawn(control::listen(folder.path().to_owned(), desk));
    let deliveries = tokio::spawn(Arc::clone(&drivers).run());
    let worklist = index.worklist().clone();
    let jobs = tokio::spawn(jobs(Arc::clone(&app), worklist, doors.clone(), folder.clone()));
    let mails = tokio::spawn(mails(Arc::clone(&app), postman));
    let catching_up = tokio::spawn(index.clone().follow(Arc::clone(&app)));
    info!(node = %app.node(), listening, "the node is ready");

    let failed = wait_for_the_end(&app).await;
    info!("the node stops");
    for task in [deliveries, jobs, mails, catching_up] {
        task.abort();
    }
    orders.abort();
    handle.stop(true).await;
    match server.await {
        Ok(Ok(())) if !failed => Ok(()),
        Ok(Ok(())) => Err(VerbError::new(Exit::Disk, "le disque a échoué : le nœud s'arrête")
            .remedy("vérifiez l'espace libre et le disque, puis redémarrez")),
        Ok(Err(error)) => Err(error.into()),
        Err(error) => Err(cannot_start(error)),
    }
}

/// Waits for a signal, or for the disk to fail. Returns whether it failed.
async fn wait_for_the_end(app: &App) -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return false;
    };
    tokio::select! {
        _ = term.recv() => false,
        _ = int.recv() => false,
        () = app.failed() => true,
    }
}

/// Says what time alone brings about, tidies what is kept in memory, and takes note that a
/// restored node has asked all its peers.
async fn jobs(app: Arc<App>, worklist: Worklist, doors: Data<Doors>, folder: DataFolder) {
    let mut tick = tokio::time::interval(TICK);
    let mut tidy = tokio::time::interval(TIDY_EVERY);
    let mut retained = None;
    loop {
        tokio::select! {
            _ = tick.tick() => {
                let today = Calendar::Metropolitan.day(app.env().now());
                let (looking, worklist) = (Arc::clone(&app), worklist.clone());
                let late = tokio::task::spawn_blocking(move || late(&looking, &worklist)).await;
                let Ok(late) = late else { return };
                if (!late.is_empty() || retained != Some(today)) && !app.knows_the_time() {
                    doors.drivers.ask_the_time().await;
                }
                let ticking = Arc::clone(&app);
                match tokio::task::spawn_blocking(move || ticking.tick(&late)).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(failure)) => error!(error = %Chain(&failure), "cannot do what is due"),
                    Err(_) => return,
                }
                if retained != Some(today) {
                    let app = Arc::clone(&app);
                    match tokio::task::spawn_blocking(move || app.retain(false)).await {
                        Ok(Ok(counts)) => {
                            tell_destroyed(&counts);
                            retained = Some(today);
                        }
                        Ok(Err(failure)) => error!(error = %Chain(&failure), "cannot destroy what is due"),
                        Err(_) => return,
                    }
                }
                if app.is_restored() && doors.drivers.all_confirmed() {
                    match app.recovered().map(|()| std::fs::remove_file(folder.restored())) {
                        Ok(Ok(())) => info!("every peer was asked what it holds"),
                        Ok(Err(failure)) => error!(error = %failure, "the mark of a restore stays"),
                        Err(failure) => error!(error = %Chain(&failure), "the mark stays"),
                    }
                }
            }
            _ = tidy.tick() => doors.tidy(),
        }
    }
}

/// Sends the mails that are to go out. A server that fails is tried again, less and less often.
async fn mails(app: Arc<App>, postman: Option<Postman>) {
    let Some(postman) = postman.map(Arc::new) else { return };
    let mut wait = TICK;
    loop {
        tokio::time::sleep(wait).await;
        let (app, postman) = (Arc::clone(&app), Arc::clone(&postman));
        wait = match tokio::task::spawn_blocking(move || postman.post(&app)).await {
            Ok(Ok(posted)) => {
                let Posted { taken, refused, put_off } = posted;
                if taken + refused + put_off > 0 {
                    info!(taken, refused, put_off, "mail went out");
                }
                TICK
            }
            Ok(Err(failure)) => {
                warn!(error = %Chain(&failure), "mail does not go out");
                wait.saturating_mul(2).min(LONGEST_WAIT)
            }
            Err(_) => return,
        };
    }
}

/// Says in the log how much each rule destroyed.
fn tell_destroyed(counts: &BTreeMap<Rule, u64>) {
    for (rule, count) in counts {
        info!(?rule, count, "the time that it may be kept is over: destroyed");
    }
}

/// Returns the referrals whose turn is late. Should the index fail, all are looked at: nobody is
/// forgotten for it.
fn late(app: &App, worklist: &Worklist) -> Vec<ReferralId> {
    worklist.due(app.env().now()).unwrap_or_else(|failure| {
        error!(error = %Chain(&failure), "the worklist cannot be read");
        app.referrals()
    })
}

/// A server about to run, and where it listens.
struct Listening {
    running: actix_web::dev::Server,
    addrs_text: String,
}

fn server(
    config: &Config,
    app: &Arc<App>,
    doors: &Data<Doors>,
    sessions: &Arc<Sessions>,
    client: &Arc<Client>,
) -> Result<Listening, VerbError> {
    let settings = Data::new(WebSettings {
        public_url: config.public_url.as_str().to_owned(),
        secure_cookies: config.public_url.is_https(),
        mails: config.smtp.is_some(),
    });
    let (app, sessions) = (Data::from(Arc::clone(app)), Data::from(Arc::clone(sessions)));
    let calls: Arc<dyn Calls> = Arc::new(Calling::new(Arc::clone(&app), Arc::clone(client)));
    let (calls, limits) = (Data::from(calls), Data::new(SignInLimits::default()));
    let tries = Data::new(CodeTries::default());
    let (doors, given) = (doors.clone(), Data::new(config.clone()));
    let token = config.metrics.as_ref().and_then(|metrics| metrics.token.clone());
    let server = HttpServer::new(move || {
        Actix::new()
            .wrap(Compress::default())
            .wrap(from_fn(identify))
            .wrap(from_fn(date))
            .app_data(given.clone())
            .app_data(app.clone())
            .app_data(sessions.clone())
            .app_data(settings.clone())
            .app_data(calls.clone())
            .app_data(limits.clone())
            .app_data(tries.clone())
            .route("/health/live", web::get().to(live))
            .route("/health/ready", web::get().to(ready))
            .configure(|routes| {
                if let Some(token) = &token {
                    metrics::routes(routes, token);
                }
            })
            .configure(|routes| federation::routes(routes, &doors))
            .configure(api::routes)
            .configure(pages::routes)
    })
    .disable_signals()
    .shutdown_timeout(DRAIN)
    .client_request_timeout(Duration::from_secs(30));
    let server = match &config.tls {
        Some(tls) => server.bind_rustls_0_23(config.listen, certificates::served(tls)?),
        None => server.bind(config.listen),
    };
    let server = server.map_err(|error| {
        let (exit, said, remedy) = match error.kind() {
            std::io::ErrorKind::PermissionDenied => (
                Exit::Permission,
                format!("le port de {} demande un droit que le nœud n'a pas", config.listen),
                "choisissez un port à partir de 1024, ou donnez-lui ce droit (CAP_NET_BIND_SERVICE)",
            ),
            _ => (
                Exit::Unavailable,
                format!("l'adresse {} est prise", config.listen),
                "choisissez un autre port avec --listen, ou arrêtez ce qui l'occupe",
            ),
        };
        VerbError::new(exit, said).because(error).remedy(remedy)
    })?;
    let addrs: Vec<_> = server.addrs().iter().map(ToString::to_string).collect();
    Ok(Listening { running: server.run(), addrs_text: addrs.join(" ") })
}

/// Dates an answer by the clock of the node: peers compare theirs with it.
async fn date<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut answer = next.call(request).await?;
    let app = answer.request().app_data::<Data<App>>().expect("`serve` gives it");
    let now = UNIX_EPOCH + Duration::from_millis(app.env().now().0);
    let date = HttpDate::from(now).try_into_value().map_err(ErrorInternalServerError)?;
    answer.headers_mut().insert(DATE, date);
    Ok(answer)
}

async fn live() -> HttpResponse {
    health("pass")
}

async fn ready(app: Data<App>) -> HttpResponse {
    if app.has_failed() {
        return HttpResponse::ServiceUnavailable()
            .content_type("application/health+json")
            .body(r#"{"status":"fail"}"#);
    }
    health("pass")
}

fn health(status: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/health+json")
        .body(format!(r#"{{"status":"{status}"}}"#))
}
