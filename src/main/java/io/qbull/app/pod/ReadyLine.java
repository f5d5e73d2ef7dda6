package io.qbull.app.pod;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.StopSignal;
import io.qbull.app.http.Probes;
import io.qbull.app.redis.StoreAccess;
import io.qbull.app.settings.AppSettings;
import io.qbull.component.QbullConfiguration;
import io.qbull.component.QbullConsumer;
import io.qbull.component.QbullEndpoint;
import io.qbull.model.Layout;
import io.qbull.model.QueueName;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prints one line on standard output when the pod is ready, which is when its probe {@code ready} answers 200: its addresses,
 * what runs, and the partitions that it owns.
 */
public final class ReadyLine {
    private static final Logger LOG = LoggerFactory.getLogger(ReadyLine.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    /** After this many equal looks no more leases are expected. */
    private static final int SETTLED = 4;

    private final AppSettings settings;
    private final Store store;
    private final StopSignal signal;

    ReadyLine(AppSettings settings, Store store, StopSignal signal) {
        this.settings = settings;
        this.store = store;
        this.signal = signal;
    }

    /**
     * Waits until the pod is ready: Redis may be away, and a consumer that polls is ready after its first poll. Then waits five seconds
     * at most for its leases, since those of a crashed pod come later. Blocks until the line is printed or the pod stops.
     */
    void print(CamelContext context) {
        Map<QueueName, Owned> owned;
        do {
            awaitReady(context);
            owned = settled(context);
        } while (!signal.raised() && !Probes.unready(context).isEmpty());
        if (!signal.raised()) {
            print(text(context, owned));
        }
    }

    private void awaitReady(CamelContext context) {
        long told = System.nanoTime() + LONGEST_WAIT.toNanos();
        for (boolean silent = true; !signal.raised(); pause()) {
            List<String> unready = Probes.unready(context);
            if (unready.isEmpty()) {
                return;
            }
            if (silent && System.nanoTime() > told) {
                silent = false;
                LOG.warn("not ready yet: {}", String.join("; ", unready));
            }
        }
    }

    private Map<QueueName, Owned> settled(CamelContext context) {
        Map<QueueName, Owned> owned = look(context);
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        for (int equal = 0; equal < SETTLED && System.nanoTime() < deadline && !signal.raised(); ) {
            pause();
            Map<QueueName, Owned> now = look(context);
            equal = now.equals(owned) && now.values().stream().allMatch(Owned::enough) ? equal + 1 : 0;
            owned = now;
        }
        return owned;
    }

    private String text(CamelContext context, Map<QueueName, Owned> owned) {
        String partitions = owned.entrySet().stream()
                .map(entry -> entry.getKey() + ":" + ranges(entry.getValue().partitions()))
                .collect(Collectors.joining(" "));
        return "QBull ready at " + settings.web().http().url() + ", management at "
                + settings.web().management().url() + running(context) + ", pod " + settings.pod() + ", owns "
                + (partitions.isEmpty() ? "no partitions: no route consumes a queue" : partitions);
    }

    /** What runs, whichever file it comes from. */
    private String running(CamelContext context) {
        List<Route> routes = context.getRoutes();
        String inbox = settings.folders().inbox().toString();
        return ", queues "
                + settings.queues().names().stream().map(QueueName::value).collect(Collectors.joining(","))
                + ", HTTP ingest " + (routes.stream().anyMatch(ReadyLine::takesJobs) ? "on" : "off")
                + ", inbox " + (routes.stream().anyMatch(route -> reads(route, inbox)) ? inbox : "off")
                + ", routes " + routes.stream().map(Route::getRouteId).sorted().collect(Collectors.joining(" "));
    }

    private static boolean takesJobs(Route route) {
        return route.getEndpoint() instanceof PlatformHttpEndpoint http
                && http.getPath().startsWith("/queues/");
    }

    private static boolean reads(Route route, String inbox) {
        return route.getEndpoint() instanceof FileEndpoint files
                && files.getConfiguration().getDirectory().equals(inbox);
    }

    private Map<QueueName, Owned> look(CamelContext context) {
        Map<QueueName, Owned> owned = new TreeMap<>();
        for (Route route : context.getRoutes()) {
            if (route.getEndpoint() instanceof QbullEndpoint queue
                    && route.getConsumer() instanceof QbullConsumer consumer) {
                QueueName name = new QueueName(queue.getQueue());
                owned.put(name, new Owned(consumer.ownedPartitions(), wanted(name, queue.getConfiguration())));
            }
        }
        return owned;
    }

    /** How many partitions of a queue the pod surely gets, if there are enough: one where it shares them with others. */
    private int wanted(QueueName queue, QbullConfiguration options) {
        int wanted = Math.max(1, options.wantedPartitions());
        try {
            List<Layout> layouts = StoreAccess.await(store.layouts().history(queue));
            return Math.min(wanted, layouts.get(layouts.size() - 1).partitions());
        } catch (CliException e) {
            return wanted;
        }
    }

    /**
     * @param sorted numbers, ascending
     * @return ranges such as {@code 0-3,7}
     */
    public static String ranges(List<Integer> sorted) {
        List<String> ranges = new ArrayList<>();
        for (int from = 0; from < sorted.size(); ) {
            int to = from;
            while (to + 1 < sorted.size() && sorted.get(to + 1) == sorted.get(to) + 1) {
                to++;
            }
            ranges.add(from == to ? "" + sorted.get(from) : sorted.get(from) + "-" + sorted.get(to));
            from = to + 1;
        }
        return ranges.isEmpty() ? "none" : String.join(",", ranges);
    }

    /** A reader of the output that has stopped reading must not keep the pod from stopping. */
    private static void print(String line) {
        Thread printer = new Thread(() -> System.out.println(line), "qbull-ready");
        printer.setDaemon(true);
        printer.start();
        try {
            printer.join(LONGEST_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Owned(List<Integer> partitions, int wanted) {
        boolean enough() {
            return partitions.size() >= wanted;
        }
    }
}
