package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.SettingsReader;
import io.qbull.model.QueueName;
import io.qbull.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Works on one queue in Redis and prints text or JSON. */
abstract class QueueCommand implements Callable<Integer> {
    private final Path home;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
    private String queue = "";

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    QueueCommand(Path home) {
        this.home = home;
    }

    @Override
    public Integer call() throws CliException {
        QueueName name = Arguments.read(QueueName::new, queue);
        check();
        AppSettings settings = SettingsReader.ofProcess(home).read();
        try (Store store = StoreAccess.find(settings)) {
            run(store, name);
            return ExitCode.OK.number();
        } finally {
            out().flush();
        }
    }

    /**
     * Checks the options, before Redis is connected.
     *
     * @throws CliException if they are wrong
     */
    abstract void check() throws CliException;

    /**
     * @param store an open one
     */
    abstract void run(Store store, QueueName name) throws CliException;

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
