package io.qbull.app.redis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file in which the server keeps its data. A server that is killed while it writes a transaction leaves its beginning at the end of
 * the file. Redis 6.2 removes only the command that is cut off, and goes on behind the rest: at its next start but one that would run
 * together with the transaction that follows, so that a job could be added twice.
 */
final class AppendOnlyFile {
    private static final Logger LOG = LoggerFactory.getLogger(AppendOnlyFile.class);
    /** The server's program checks a file when it is called by this name. */
    private static final String CHECKER = "redis-check-aof";

    private static final Pattern RESULT = Pattern.compile("ok_up_to=(\\d+),.* diff=(\\d+)");
    private static final Pattern CUT_OFF =
            Pattern.compile("Reached EOF before reading EXEC|Expected to read \\d+ bytes");

    private AppendOnlyFile() {}

    /**
     * Removes the transaction, or the command, that the end of the file cuts off. Does nothing to a file that is damaged in another way:
     * the server refuses that. No server runs on the file.
     *
     * @param file the file; perhaps there is none
     * @param program the server's program
     * @throws IOException if the file cannot be read or shortened, or the program cannot be run
     */
    static void removeUnfinished(Path file, Path program) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String report = check(file, program);
        Matcher result = RESULT.matcher(report);
        if (result.find()
                && !result.group(2).equals("0")
                && CUT_OFF.matcher(report).find()) {
            long valid = Long.parseLong(result.group(1));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(valid);
                channel.force(true);
            }
            LOG.warn(
                    "the embedded Redis was ended while it wrote: the last {} bytes of {}, which it has not answered for, are removed",
                    result.group(2),
                    file);
        }
    }

    private static String check(Path file, Path program) throws IOException {
        Path checker = program.resolveSibling(CHECKER);
        Files.deleteIfExists(checker);
        Files.createSymbolicLink(checker, program.getFileName());
        Process process = new ProcessBuilder(checker.toString(), file.toString())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
