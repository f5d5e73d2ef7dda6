package io.qbull.app;

import java.nio.file.Path;

/** Makes one line of what Camel throws when it starts. */
final class StartFailure {
    private StartFailure() {}

    static Refusal of(Exception failure, Path routes) {
        return new Refusal(ExitCode.USAGE, routes + " " + failure, failure);
    }
}
