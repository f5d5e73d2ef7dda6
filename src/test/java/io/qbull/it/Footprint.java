package io.qbull.it;

import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a pod needs, and Redis. On Linux only.
 *
 * @param heap bytes of the objects that are in use
 * @param threads of the process
 * @param descriptors that are open
 * @param redis bytes that Redis has allocated
 */
record Footprint(long heap, long threads, long descriptors, long redis) {
    /** The last line of a class histogram. */
    private static final Pattern TOTAL = Pattern.compile("^Total +\\d+ +(\\d+)");

    private static final Pattern MEMORY = Pattern.compile("used_memory:(\\d+)");
    private static final long MEGABYTE = 1_000_000;

    /**
     * @param pod a Java process
     * @param server that it uses
     */
    static Footprint of(Process pod, RedisServer server) {
        // Makes the process collect its garbage first, so that only what is in use counts.
        long heap = histogram(pod.pid());
        Path proc = Path.of("/proc", Long.toString(pod.pid()));
        return new Footprint(heap, count(proc.resolve("task")), count(proc.resolve("fd")), memory(server));
    }

    /** Whether nothing has grown but by chance. */
    boolean isAsSmallAs(Footprint before) {
        return heap <= before.heap * 1.1 + MEGABYTE
                && threads <= before.threads + 2
                && descriptors <= before.descriptors + 2
                && redis <= before.redis * 1.1 + MEGABYTE;
    }

    private static long histogram(long pid) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process histogram = new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
                    .redirectErrorStream(true)
                    .start();
            long total = -1;
            try (BufferedReader lines = histogram.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Matcher found = TOTAL.matcher(line);
                    total = found.find() ? Long.parseLong(found.group(1)) : total;
                }
            }
            if (histogram.waitFor() != 0 || total < 0) {
                throw new IllegalStateException("jcmd of " + pid + " ended with " + histogram.exitValue());
            }
            return total;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static long count(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long memory(RedisServer server) {
        try (Resp resp = server.connect()) {
            Matcher found = MEMORY.matcher(resp.text("INFO", "memory"));
            if (!found.find()) {
                throw new IllegalStateException("INFO memory without used_memory");
            }
            return Long.parseLong(found.group(1));
        }
    }
}
