package io.qbull.app.bench;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A run of the benchmark. */
public final class Bench {
    private static final long TO_CLOSE_SECONDS = 20;

    private final BenchOptions options;
    private final BenchOutputs outputs;

    /**
     * @param options what to measure
     * @param outputs where the report goes
     */
    public Bench(BenchOptions options, BenchOutputs outputs) {
        this.options = options;
        this.outputs = outputs;
    }

    /**
     * Measures and prints the report. Blocks; Ctrl-C ends it and removes what it has made.
     *
     * @param out gets the report
     * @param err gets the progress, and what broke a promise
     * @return whether no promise was broken
     * @throws CliException if Redis or a file cannot be used; nothing was measured then
     */
    public boolean run(PrintWriter out, PrintWriter err) throws CliException {
        Path compare = outputs.compare();
        Report earlier = compare == null ? null : ReportJson.read(compare);
        Path html = outputs.html();
        if (html != null) {
            write(html, "");
        }
        Progress progress = new Progress(err, outputs.progress());
        Report report = measured(progress);
        progress.end();
        print(report, earlier, out);
        out.flush();
        report.violations().forEach(violation -> err.println("qbull: " + violation));
        return report.violations().isEmpty();
    }

    private void print(Report report, @Nullable Report earlier, PrintWriter out) throws CliException {
        Comparison comparison = new Comparison(earlier);
        out.print(outputs.json() ? ReportJson.of(report) + "\n" : TextReport.of(report, comparison));
        Path html = outputs.html();
        if (html != null) {
            write(html, HtmlReport.of(report, comparison));
        }
    }

    private static void write(Path html, String page) throws CliException {
        try {
            Files.writeString(html, page);
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "--html (" + html + ") cannot be written: " + e, e);
        }
    }

    private Report measured(Progress progress) throws CliException {
        Thread measuring = Thread.currentThread();
        CountDownLatch closed = new CountDownLatch(1);
        Thread interrupt = new Thread(() -> interrupt(measuring, closed), "qbull-bench-stop");
        Runtime.getRuntime().addShutdownHook(interrupt);
        progress.say("starting Redis");
        try (BenchRedis redis = BenchRedis.open(options.redisUri())) {
            Map<String, String> setup = setup(redis);
            Scene scene = new Scene(options, redis.uri(), redis.raw(), progress);
            for (Part part : options.parts()) {
                run(part, scene);
            }
            return new Report(setup, scene.figures(), scene.curves(), scene.violations());
        } catch (InterruptedException e) {
            throw new CliException(ExitCode.FAILED, "The benchmark was ended early", e);
        } finally {
            closed.countDown();
            removeHook(interrupt);
        }
    }

    /** Waits until everything is closed: the JVM ends when its hooks have returned. */
    private static void interrupt(Thread measuring, CountDownLatch closed) {
        measuring.interrupt();
        try {
            var unused = closed.await(TO_CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending already, and this hook waits.
            return;
        }
    }

    /** A part that cannot be measured does not hinder the others. */
    private static void run(Part part, Scene scene) throws InterruptedException {
        try {
            measurement(part, scene).run(scene);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            scene.violated(part, "it could not be measured: " + Scene.why(e));
        }
    }

    private static Measurement measurement(Part part, Scene scene) {
        return switch (part) {
            case ENQUEUE -> new EnqueueMeasurement();
            case DRAIN -> new DrainMeasurement();
            case THROUGH -> new ThroughMeasurement();
            case LATENCY -> new LatencyMeasurement();
            case KEYS -> new KeysMeasurement();
            case HOTKEY -> new HotKeyMeasurement();
            case TAKEOVER -> new TakeOverMeasurement();
            case HANDOVER -> new HandOverMeasurement(scene.options());
            case IDLE -> new IdleMeasurement();
        };
    }

    private Map<String, String> setup(BenchRedis redis) {
        Map<String, String> setup = new LinkedHashMap<>();
        String version = Bench.class.getPackage().getImplementationVersion();
        setup.put("QBull", version == null ? "(built from sources)" : version);
        setup.put("Redis", redis.raw().info("server").getOrDefault("redis_version", "?"));
        setup.put("Java", System.getProperty("java.version"));
        setup.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        setup.put(
                "load average",
                String.format(
                        Locale.ROOT,
                        "%.1f",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        setup.put("partitions", Integer.toString(options.partitions()));
        setup.put("bytes", Integer.toString(options.body()));
        setup.put("seconds", Integer.toString(options.seconds()));
        return setup;
    }
}
