package io.qbull.app.pod;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.exit.StopSignal;
import io.qbull.app.redis.EmbeddedRedis;
import io.qbull.app.redis.RedisFailure;
import io.qbull.app.redis.StoreAccess;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.Hosts;
import io.qbull.app.settings.RouteFolder;
import io.qbull.app.settings.Setting;
import io.qbull.component.QbullConsumer;
import io.qbull.store.redis.RedisStore;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.IntSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.DefaultMainShutdownStrategy;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.ShutdownStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of the app, from its checks to its end. Starts Redis first and then Camel with the routes, and stops them in the opposite
 * order, so that Redis outlives the jobs in flight.
 */
public final class Pod {
    private static final Logger LOG = LoggerFactory.getLogger(Pod.class);
    private final AppSettings settings;
    private final Properties properties;

    /**
     * @param settings of the app
     * @param properties for Camel
     */
    public Pod(AppSettings settings, Properties properties) {
        this.settings = settings;
        this.properties = properties;
    }

    /**
     * Blocks until a signal has stopped the pod.
     *
     * @return how it ended
     * @throws CliException if the pod cannot start; then no part of it is left running
     */
    public ExitCode run() throws CliException {
        RouteFolder.check(settings);
        Hosts.checkFree(settings.web().http(), Setting.HTTP_HOST, Setting.HTTP_PORT);
        Hosts.checkFree(settings.web().management(), Setting.MANAGEMENT_HOST, Setting.MANAGEMENT_PORT);
        StopSignal signal = StopSignal.install();
        ExitCode end = ExitCode.FAILED;
        try {
            end = runOnRedis(signal);
            return end;
        } catch (CliException e) {
            end = e.exitCode();
            throw e;
        } finally {
            signal.finish(end);
        }
    }

    private ExitCode runOnRedis(StopSignal signal) throws CliException {
        String given = settings.redisUrl();
        if (given != null) {
            return runRoutes(signal, given);
        }
        try (EmbeddedRedis redis = EmbeddedRedis.join(settings.folders().redis(), signal::raised)) {
            return runRoutes(signal, redis.uri());
        } catch (RedisFailure e) {
            if (signal.raised()) {
                return ExitCode.OK;
            }
            throw new CliException(ExitCode.UNREACHABLE, String.valueOf(e.getMessage()), e);
        }
    }

    private ExitCode runRoutes(StopSignal signal, String redisUri) throws CliException {
        try (RedisStore store = StoreAccess.open(settings, redisUri)) {
            Main camel = camel(store, settings.withRedisUrl(redisUri));
            Watch watch = new Watch(new ReadyLine(settings, store, signal));
            camel.addMainListener(watch);
            signal.onRaised(camel::completed);
            return run(camel, watch::givenUp);
        }
    }

    /**
     * Blocks until Camel is told to stop, which may have happened already.
     *
     * @param camel not started
     * @param givenUp counts the jobs that were not waited for, after the stop
     * @return how it ended
     */
    ExitCode run(Main camel, IntSupplier givenUp) throws CliException {
        try {
            camel.run();
        } catch (Exception e) {
            throw StartFailure.of(e, settings.folders(), camel.getCamelContext());
        } finally {
            stop(camel);
        }
        return end(givenUp.getAsInt(), camel.getCamelContext());
    }

    /**
     * @param store of the data
     * @param complete the settings, with the address of Redis
     * @return Camel with the routes, not started
     */
    Main camel(RedisStore store, AppSettings complete) {
        Main camel = new Main();
        if (camel.getShutdownStrategy() instanceof DefaultMainShutdownStrategy strategy) {
            strategy.disableHangupSupport();
        }
        camel.bind("qbullStore", store);
        camel.configure().addConfiguration(new AppConfiguration(complete));
        camel.configure().setRoutesIncludePattern(RouteFolder.pattern(complete));
        camel.setPropertyPlaceholderLocations("classpath:io/qbull/app/camel.properties");
        camel.setOverrideProperties(properties);
        return camel;
    }

    /** Also called after a failed start, when some services are running. */
    private static void stop(Main camel) {
        try {
            camel.stop();
        } catch (RuntimeException e) {
            LOG.warn("the routes did not stop cleanly: {}", e.toString());
        }
    }

    /**
     * @param context null if the signal came before Camel had one
     */
    private static ExitCode end(int givenUp, @Nullable CamelContext context) {
        if (givenUp > 0) {
            LOG.warn("stopped, but gave up jobs that were still running: {}; they run again elsewhere", givenUp);
            return ExitCode.GIVEN_UP;
        }
        ShutdownStrategy shutdown = context == null ? null : context.getShutdownStrategy();
        if (shutdown != null && shutdown.isTimeoutOccurred()) {
            LOG.warn(
                    "stopped, but routes were still busy after {} {} and were cut off",
                    shutdown.getTimeout(),
                    shutdown.getTimeUnit().name().toLowerCase(Locale.ROOT));
            return ExitCode.FAILED;
        }
        return ExitCode.OK;
    }

    /** Prints the ready line when the routes run, and remembers their consumers when they stop. */
    private static final class Watch extends MainListenerSupport {
        private final ReadyLine line;
        private List<QbullConsumer> consumers = List.of();

        Watch(ReadyLine line) {
            this.line = line;
        }

        @Override
        public void afterStart(BaseMainSupport main) {
            line.print(main.getCamelContext());
        }

        @Override
        public void beforeStop(BaseMainSupport main) {
            consumers = main.getCamelContext().getRoutes().stream()
                    .map(Route::getConsumer)
                    .filter(QbullConsumer.class::isInstance)
                    .map(QbullConsumer.class::cast)
                    .toList();
        }

        int givenUp() {
            return consumers.stream().mapToInt(QbullConsumer::abandonedJobs).sum();
        }
    }
}
