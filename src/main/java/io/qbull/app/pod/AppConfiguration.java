package io.qbull.app.pod;

import io.qbull.app.coalesce.CoalesceJobs;
import io.qbull.app.coalesce.CoalesceRepository;
import io.qbull.app.coalesce.CoalesceStrategy;
import io.qbull.app.coalesce.QuietWindows;
import io.qbull.app.exit.CliException;
import io.qbull.app.http.Connections;
import io.qbull.app.http.EndpointLimits;
import io.qbull.app.http.HttpServers;
import io.qbull.app.http.MountedHandlers;
import io.qbull.app.http.ServerVertx;
import io.qbull.app.sample.JobLine;
import io.qbull.app.sample.WebhookFailure;
import io.qbull.app.sample.WebhookLimits;
import io.qbull.app.sample.WebhookRequest;
import io.qbull.app.settings.AppSettings;
import io.qbull.component.QbullComponent;
import io.qbull.component.QbullConfiguration;
import io.qbull.component.QbullEndpoint;
import io.qbull.ingest.file.FileIngest;
import io.qbull.ingest.file.FileSettings;
import io.qbull.ingest.file.FileTiming;
import io.qbull.ingest.file.FilesApi;
import io.qbull.ingest.http.BodyLimits;
import io.qbull.ingest.http.BulkLimits;
import io.qbull.ingest.http.HttpBulkReader;
import io.qbull.ingest.http.HttpBulkReply;
import io.qbull.ingest.http.HttpCancel;
import io.qbull.ingest.http.HttpJobReader;
import io.qbull.ingest.http.HttpJobReply;
import io.qbull.ingest.http.HttpProblemReply;
import io.qbull.ingest.http.RawHttpEngine;
import io.qbull.model.QueueName;
import io.qbull.runtime.LogLimit;
import io.qbull.store.redis.RedisStore;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.net.BindException;
import java.time.Duration;
import java.util.Set;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wires the app into a Camel context: the component's defaults, the HTTP servers, and the beans that the YAML routes name.
 * Camel applies the properties {@code camel.component.qbull.*} later; none of them is a setting.
 */
public final class AppConfiguration implements CamelConfiguration {
    /** The bodies in memory may take this part of the heap: one fourth. */
    private static final int HEAP_SHARE = 4;

    /** From the start of a request to the end of its answer. */
    private static final Duration WEBHOOK_TIMEOUT = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(AppConfiguration.class);

    private final AppSettings settings;
    private final FileTiming timing;

    /**
     * @param settings with the address of Redis
     */
    public AppConfiguration(AppSettings settings) {
        this(settings, FileTiming.of(settings.folders().fileQuiet()));
    }

    /**
     * @param settings of the app
     * @param timing how often and how long to look for files
     */
    public AppConfiguration(AppSettings settings, FileTiming timing) {
        this.settings = settings;
        this.timing = timing;
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        facts(context, settings);
        QbullConfiguration options = component(context, settings);
        EndpointLimits limits =
                new EndpointLimits(context, Set.copyOf(settings.queues().names()), options);
        BodyLimits bodies = new BodyLimits(limits, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
        QueueWriters writers = new QueueWriters(context);
        beans(context.getRegistry(), settings, limits, writers);
        webhook(context, settings);
        bulk(context, settings, bodies, writers);
        files(context, settings, timing, writers);
        coalesce(context, settings.coalesce());
        servers(context, settings, limits, bodies);
        ((ModelCamelContext) context).setModelReifierFactory(new QuietErrors());
        context.addRoutePolicyFactory(new PollFailures());
    }

    /** Sets the properties that routes use: {@code qbull.has.NAME} for each queue, {@code qbull.has.webhook}, {@code qbull.inbox}. */
    private static void facts(CamelContext context, AppSettings settings) {
        PropertiesComponent properties = context.getPropertiesComponent();
        settings.queues().names().forEach(name -> properties.addOverrideProperty("qbull.has." + name, "true"));
        InboxFolder inbox = new InboxFolder(settings.folders().inbox());
        properties.addOverrideProperty("qbull.inbox", inbox.inUri());
        context.getCamelContextExtension().registerEndpointCallback(inbox);
        properties.addOverrideProperty("qbull.has.webhook", String.valueOf(settings.webhookUrl() != null));
    }

    private static QbullConfiguration component(CamelContext context, AppSettings settings) throws CliException {
        QbullConfiguration options =
                context.getComponent("qbull", QbullComponent.class).getConfiguration();
        options.setRedisUri(settings.redisUrl());
        options.setPodId(settings.pod().value());
        options.setPartitions(settings.queues().partitions());
        options.setPartitionsPerPod(settings.queues().partitionsPerPod());
        options.setLeaseTtl(settings.queues().leaseTtl());
        QueueOptions ofQueues = new QueueOptions(context, settings.queues());
        ofQueues.check();
        context.getCamelContextExtension().registerEndpointCallback(ofQueues);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStarted(CamelContext started) {
                ofQueues.reportUnused();
            }
        });
        return options;
    }

    private static void beans(Registry registry, AppSettings settings, EndpointLimits limits, QueueWriters writers) {
        Set<QueueName> queues = Set.copyOf(settings.queues().names());
        registry.bind("qbullHttpJob", new HttpJobReader(queues, settings.web().keptHeaders(), limits));
        registry.bind("qbullHttpCancel", new HttpCancel(queues, writers, limits));
        registry.bind("qbullHttpReply", new HttpJobReply());
        registry.bind("qbullHttpProblem", new HttpProblemReply());
        registry.bind("qbullJobLine", new JobLine());
    }

    private static void webhook(CamelContext context, AppSettings settings) {
        Registry registry = context.getRegistry();
        registry.bind("qbullWebhookRequest", new WebhookRequest(settings.webhookUrl()));
        registry.bind("qbullWebhookFailure", new WebhookFailure());
        registry.bind("qbullWebhookLimits", WebhookLimits.of(WEBHOOK_TIMEOUT, context));
    }

    private static void bulk(CamelContext context, AppSettings settings, BodyLimits bodies, QueueWriters writers) {
        AppSettings.Bulk bulk = settings.web().bulk();
        BulkLimits limits = new BulkLimits(
                bulk.requestSize(),
                bulk.longestLine(),
                bulk.deepest(),
                bulk.keyFields(),
                settings.web().bodyTimeout(),
                bodies);
        Registry registry = context.getRegistry();
        registry.bind(
                "qbullHttpBulk", new HttpBulkReader(Set.copyOf(settings.queues().names()), writers, limits, context));
        registry.bind("qbullHttpBulkReply", new HttpBulkReply());
    }

    private static void files(CamelContext context, AppSettings settings, FileTiming timing, QueueWriters writers) {
        timing.routeProperties().forEach(context.getPropertiesComponent()::addOverrideProperty);
        AppSettings.Bulk bulk = settings.web().bulk();
        FileSettings how = new FileSettings(
                settings.folders().inbox(),
                settings.folders().filesAtOnce(),
                bulk.longestLine(),
                bulk.deepest(),
                bulk.keyFields(),
                settings.queues().texts(),
                timing);
        FileIngest files =
                new FileIngest(context, Set.copyOf(settings.queues().names()), writers, how, System::nanoTime);
        context.getRegistry().bind("qbullFileClaim", files);
        context.getRegistry().bind("qbullFilesApi", new FilesApi(files, settings.pod()));
    }

    /** Binds what the route coalesce needs. Without the setting the route does not run and needs nothing. */
    private static void coalesce(CamelContext context, AppSettings.@Nullable Coalesce wanted) {
        PropertiesComponent properties = context.getPropertiesComponent();
        properties.addOverrideProperty("qbull.coalesce.on", String.valueOf(wanted != null));
        if (wanted == null) {
            return;
        }
        properties.addOverrideProperty("qbull.coalesce.from", wanted.from().value());
        properties.addOverrideProperty("qbull.coalesce.to", wanted.to().value());
        CoalesceStrategy strategy = new CoalesceStrategy(
                wanted.size(),
                () -> context.getEndpoint("qbull:" + wanted.to(), QbullEndpoint.class)
                        .getConfiguration()
                        .getMaxBodySize());
        Registry registry = context.getRegistry();
        registry.bind("qbullCoalesceStrategy", strategy);
        registry.bind(
                "qbullCoalesceRepository",
                new CoalesceRepository(
                        wanted.from(),
                        wanted.window(),
                        strategy,
                        () -> registry.lookupByNameAndType("qbullStore", RedisStore.class)
                                .location()));
        registry.bind("qbullCoalesceJobs", new CoalesceJobs());
        registry.bind("qbullCoalesceController", new QuietWindows(context));
    }

    private static void servers(CamelContext context, AppSettings settings, EndpointLimits limits, BodyLimits bodies)
            throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        LogLimit lines = new LogLimit();
        vertx.exceptionHandler(failure -> unhandled(failure, lines));
        AppSettings.Web web = settings.web();
        Connections connections = new Connections(vertx, web.connections(), web.bodyTimeout());
        context.getRegistry().bind("vertx", Vertx.class, new ServerVertx(vertx, web, limits::longestKey, connections));
        HttpServers servers = new HttpServers(web, connections);
        servers.add(context);
        context.getComponent("platform-http", PlatformHttpComponent.class)
                .setEngine(new RawHttpEngine(bodies, web.http().port()));
        context.addService(new MountedHandlers(servers, context), true, true);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopped(CamelContext stopped) {
                vertx.close();
            }
        });
    }

    /** Skips a port that is taken: {@link HttpServers} reports it in one line. */
    private static void unhandled(Throwable failure, LogLimit lines) {
        if (!(failure.getCause() instanceof BindException)) {
            // One line: a client can cause it, for example by a Host header that Vert.x cannot read.
            lines.log(failure.toString(), more -> LOG.warn("an HTTP server failed: {}{}", failure.toString(), more));
            LOG.debug("an HTTP server failed", failure);
        }
    }
}
