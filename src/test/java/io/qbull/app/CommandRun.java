package io.qbull.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/**
 * A command of the program, run in this JVM.
 *
 * @param code its exit code
 * @param out what it said on standard output
 * @param err what it said on standard error
 */
public record CommandRun(int code, String out, String err) {
    /**
     * @param home the top of an installation
     * @param lines of {@code config/application.properties}
     */
    public static void configure(Path home, String... lines) throws IOException {
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/application.properties"), String.join("\n", lines) + "\n");
    }

    /**
     * @param home the top of an installation
     * @param words of the command
     */
    public static CommandRun of(Path home, String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine(home);
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        int code = line.execute(words);
        return new CommandRun(code, out.toString(), err.toString());
    }
}
