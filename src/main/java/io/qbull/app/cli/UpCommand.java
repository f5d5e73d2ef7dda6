package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.pod.Pod;
import io.qbull.app.settings.SettingsReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code qbull up}. */
@Command(
        name = "up",
        description = "Starts a pod, which takes jobs over HTTP and runs the routes. Ctrl-C stops it once its jobs in"
                + " flight are done.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class UpCommand implements Callable<Integer> {
    private final Path home;

    /**
     * @param home the top of the repository
     */
    public UpCommand(Path home) {
        this.home = home;
    }

    @Override
    public Integer call() throws CliException {
        SettingsReader reader = SettingsReader.ofProcess(home);
        return new Pod(reader.read(), reader.camel()).run().number();
    }
}
