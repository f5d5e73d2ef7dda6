package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import picocli.CommandLine.Option;

/** Options of commands that can change many things at once. */
final class Confirmation {
    @Option(names = "--dry-run", description = "Only counts what would be changed.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Does not ask for confirmation.")
    private boolean yes;

    boolean dryRun() {
        return dryRun;
    }

    /**
     * Asks if the change is of more than one thing.
     *
     * @param what the change, as the beginning of a question
     * @throws CliException if the answer is not yes
     */
    void confirm(PrintWriter err, String what, long count) throws CliException {
        if (count > 1 && !yes && !confirmed(err, what)) {
            throw new CliException(ExitCode.FAILED, "Not confirmed, so nothing was changed");
        }
    }

    private static boolean confirmed(PrintWriter err, String what) throws CliException {
        err.print(what + "? [y/N] ");
        err.flush();
        try {
            // Not closed: standard input belongs to the process.
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            String line = in.readLine();
            return line != null && line.strip().matches("(?i)y|yes");
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "The answer cannot be read: " + e, e);
        }
    }
}
