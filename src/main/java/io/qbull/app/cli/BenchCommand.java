package io.qbull.app.cli;

import io.qbull.app.bench.Bench;
import io.qbull.app.bench.BenchOptions;
import io.qbull.app.bench.BenchOutputs;
import io.qbull.app.bench.Part;
import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qbull bench}. */
@Command(
        name = "bench",
        description = {
            "Measures this machine: jobs per second, latencies, pauses and idle costs, beside the raw limit of Redis in the same"
                    + " run. Uses a fresh Redis of its own, which it removes. Fails if a job is lost, doubled or overtaken."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class BenchCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "PART",
            description =
                    "enqueue, drain, through, latency, keys, hotkey, takeover, handover or idle; all of them without one.")
    private @Nullable List<String> parts;

    @Option(
            names = "--seconds",
            defaultValue = "60",
            paramLabel = "N",
            description = "About how long it takes (default: 60).")
    private int seconds;

    @Option(
            names = "--redis",
            paramLabel = "URI",
            description = "A running Redis. Only queues that begin with qbull-bench. are used, and removed afterwards.")
    private @Nullable String redis;

    @Option(
            names = "--partitions",
            defaultValue = "16",
            paramLabel = "N",
            description = "Partitions of the queues (default: 16).")
    private int partitions;

    @Option(
            names = "--jobs",
            defaultValue = "0",
            paramLabel = "N",
            description = "Backlog of each round of drain (default: as many as fit the time).")
    private long jobs;

    @Option(names = "--body", defaultValue = "100", paramLabel = "N", description = "Bytes of a body (default: 100).")
    private int body;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Option(
            names = "--compare",
            paramLabel = "FILE",
            description = "What an earlier run printed with --json; adds the changes since then.")
    private @Nullable Path compare;

    @Option(names = "--html", paramLabel = "FILE", description = "Also writes a page with plots.")
    private @Nullable Path html;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws CliException {
        Bench bench = new Bench(options(), new BenchOutputs(json, compare, html, Ansi.AUTO.enabled()));
        boolean kept = bench.run(spec.commandLine().getOut(), spec.commandLine().getErr());
        return (kept ? ExitCode.OK : ExitCode.FAILED).number();
    }

    private BenchOptions options() throws CliException {
        Set<Part> chosen = EnumSet.noneOf(Part.class);
        for (String each : parts == null ? List.<String>of() : parts) {
            chosen.add(Arguments.read(Part::of, each));
        }
        try {
            return new BenchOptions(chosen, redis, seconds, partitions, jobs, body);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
