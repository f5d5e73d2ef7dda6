package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.Layout;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.resize.ResizeAdmin;
import io.qbull.ops.resize.ResizeAdmin.Following;
import io.qbull.ops.resize.ResizeAdmin.Preview;
import io.qbull.ops.resize.ResizeMeter;
import io.qbull.ops.resize.ResizeView;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.Resizer.Beginning;
import io.qbull.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code qbull resize}. Any pod finishes what it has begun, so that it may end at any time. */
@Command(
        name = "resize",
        description = {
            "Changes the number of partitions of a queue while jobs are added and run.",
            "It shows how that goes until it is over; if you stop it, pods finish the resize, and the same command follows it again."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class ResizeCommand extends QueueCommand {
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final Duration FIRST = Duration.ofMillis(200);

    @Option(
            names = "--partitions",
            paramLabel = "N",
            required = true,
            description = "How many partitions the queue is to have.")
    private int partitions;

    @Option(names = "--dry-run", description = "Only says what would move, and how long keys would wait.")
    private boolean dryRun;

    /**
     * @param home the top of the repository
     */
    public ResizeCommand(Path home) {
        super(home);
    }

    @Override
    void check() throws CliException {
        Arguments.read(
                "--partitions: ",
                any -> {
                    Layout.check(partitions);
                    return partitions;
                },
                "");
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        ResizeAdmin admin = new ResizeAdmin(store);
        Preview preview = StoreAccess.await(admin.preview(name, partitions)).orElseThrow(() -> Arguments.noQueue(name));
        if (preview instanceof Preview.Impossible impossible) {
            refuse(name, impossible.obstacle());
            return;
        }
        if (preview instanceof Preview.Possible possible && (dryRun || !json())) {
            out().print(
                            json()
                                    ? Json.text(ResizeView.json(name, possible.forecast())) + System.lineSeparator()
                                    : ResizeView.lines(name, possible.forecast()));
            out().flush();
        }
        if (!dryRun) {
            begin(admin, name);
        }
    }

    private void begin(ResizeAdmin admin, QueueName name) throws CliException {
        Beginning begun = StoreAccess.finish(admin.begin(name, partitions)).orElseThrow(() -> Arguments.noQueue(name));
        if (begun instanceof Beginning.UnderWay underWay) {
            follow(admin, name, underWay);
        } else {
            refuse(name, begun);
        }
    }

    private void refuse(QueueName name, Beginning obstacle) throws CliException {
        String sentence = ResizeView.sentence(name, obstacle);
        if (!(obstacle instanceof Beginning.Same)) {
            throw new CliException(ExitCode.FAILED, sentence);
        }
        out().println(
                        json()
                                ? Json.text(
                                        Json.object().put("queue", name.value()).put("underWay", false))
                                : sentence);
    }

    private void follow(ResizeAdmin admin, QueueName name, Beginning.UnderWay begun) throws CliException {
        ResizeMeter meter = new ResizeMeter(new ResizePlan(begun.resize()), begun.status());
        long start = System.nanoTime();
        Duration pause = FIRST;
        Following now = StoreAccess.finish(admin.follow(name));
        while (true) {
            Duration since = Duration.ofNanos(System.nanoTime() - start);
            out().println(
                            json()
                                    ? Json.text(ResizeView.json(name, now.status()))
                                    : ResizeView.line(name, begun.resize(), now, meter.read(now.status(), since)));
            out().flush();
            if (now.status().progress() == null) {
                return;
            }
            if (now.pods() == 0) {
                throw new CliException(
                        ExitCode.FAILED,
                        "No pod consumes " + name
                                + ", so that nobody moves its jobs. Start pods: they finish the resize.");
            }
            sleep(pause);
            pause = BETWEEN;
            now = StoreAccess.finish(admin.follow(name));
        }
    }

    private static void sleep(Duration pause) throws CliException {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILED, "interrupted", e);
        }
    }
}
