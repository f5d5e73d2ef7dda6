package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.model.Pause.Scope;
import io.qbull.ops.pause.PauseAdmin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what of a queue is paused or resumed. */
final class PauseScope {
    @Option(names = "--partition", paramLabel = "P", description = "Only this partition, by its number.")
    private @Nullable String partition;

    @Option(names = "--key", paramLabel = "KEY", description = "Only this key; others pass it.")
    private @Nullable String key;

    boolean narrowed() {
        return partition != null || key != null;
    }

    /**
     * @throws CliException if the options contradict each other or break a rule
     */
    Scope scope() throws CliException {
        return Arguments.read(any -> PauseAdmin.scope(partition, key), "");
    }
}
