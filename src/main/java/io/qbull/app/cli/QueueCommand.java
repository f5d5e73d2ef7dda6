package io.qbull.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.Stores;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.ConfigFile;
import io.qbull.app.settings.SettingsReader;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.store.Store;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A verb that looks at one queue in Redis, or changes it, and says so as text or as JSON. */
abstract class QueueCommand implements Callable<Integer> {
    private final Path home;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
    private String queue = "";

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    QueueCommand(Path home) {
        this.home = home;
    }

    @Override
    public Integer call() throws CliException {
        QueueName name = name();
        Work work = work();
        AppSettings settings = new SettingsReader(System.getenv(), ConfigFile.read(home), home).read();
        try (Store store = Stores.find(settings)) {
            work.run(store, name);
            return ExitCode.OK.number();
        } finally {
            out().flush();
        }
    }

    /** What is to be done with the queue; refused if the options are wrong. */
    abstract Work work() throws CliException;

    /** Is done with an open store. */
    interface Work {
        void run(Store store, QueueName name) throws CliException;
    }

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    static CliException noQueue(QueueName name) {
        return new CliException(ExitCode.NOT_FOUND, "There is no queue " + name + " in this Redis");
    }

    static String utf8(JsonNode node) {
        return new String(Json.bytes(node), StandardCharsets.UTF_8);
    }

    private QueueName name() throws CliException {
        try {
            return new QueueName(queue);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
