package io.qbull.ops.resize;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.DurationText;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.why.Resizing;
import io.qbull.model.why.RunningJob;
import io.qbull.ops.Json;
import io.qbull.ops.resize.ResizeAdmin.Following;
import io.qbull.ops.resize.ResizeAdmin.Waiting;
import io.qbull.ops.resize.ResizeMeter.Reading;
import io.qbull.resize.ResizeForecast;
import io.qbull.resize.ResizeProgress;
import io.qbull.resize.ResizeStatus;
import io.qbull.resize.Resizer.Beginning;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Resizes as JSON and as sentences. */
public final class ResizeView {
    private static final int NAMED = 3;

    private ResizeView() {}

    /**
     * @param queue the queue
     * @param forecast of its resize
     * @return complete lines
     */
    public static String lines(QueueName queue, ResizeForecast forecast) {
        Resize resize = forecast.plan().resize();
        StringBuilder lines = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %d -> %d partitions (layout version %d)%n"
                        + "%d %% of the keys move, about %,d jobs of %,d (%s)%n"
                        + "each new partition waits for %s%n"
                        + "a key waits at most about %s%n",
                queue,
                resize.from(),
                resize.to(),
                resize.version(),
                Math.round(100 * forecast.shareOfKeys()),
                forecast.jobsLeaving(),
                forecast.sources().stream()
                        .mapToLong(ResizeForecast.Source::jobs)
                        .sum(),
                bytes(forecast.bytesLeaving()),
                forecast.waitsFor() == 1 ? "one old one" : forecast.waitsFor() + " old ones",
                DurationText.of(forecast.longestPause())));
        if (!forecast.better().isEmpty()) {
            lines.append(String.format(
                    "fewer wait for each other with %s partitions: a multiple or a divisor of %d%n",
                    forecast.better().stream().map(String::valueOf).collect(Collectors.joining(" or ")),
                    resize.from()));
        }
        return lines.toString();
    }

    /**
     * @param queue the queue
     * @param forecast of its resize
     * @return the same as JSON
     */
    public static ObjectNode json(QueueName queue, ResizeForecast forecast) {
        ObjectNode node = resize(queue, forecast.plan().resize());
        node.put("dryRun", true);
        node.put("shareOfKeys", forecast.shareOfKeys());
        node.put("jobsLeaving", forecast.jobsLeaving());
        node.put("bytesLeaving", forecast.bytesLeaving());
        node.put("waitsFor", forecast.waitsFor());
        node.put("longestPauseMs", forecast.longestPause().toMillis());
        ArrayNode better = node.putArray("better");
        forecast.better().forEach(better::add);
        return node;
    }

    private static ObjectNode resize(QueueName queue, Resize resize) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        node.put("from", resize.from());
        node.put("to", resize.to());
        return node.put("version", resize.version());
    }

    /**
     * @param queue the queue
     * @param obstacle to a resize, or that there is none to do
     * @return one sentence
     */
    public static String sentence(QueueName queue, Beginning obstacle) {
        if (obstacle instanceof Beginning.Same same) {
            return queue + " has " + same.layout().partitions() + " partitions.";
        }
        if (obstacle instanceof Beginning.Other other) {
            return queue + " is resized from " + other.resize().from() + " to "
                    + other.resize().to() + " partitions: another resize can begin when this one is over.";
        }
        if (obstacle instanceof Beginning.NotStarted waiting) {
            return "Partitions " + waiting.partitions() + " of " + queue
                    + " have lost in Redis which jobs they run, so that no resize can begin."
                    + " A pod that owns them puts it back: start one that consumes the queue.";
        }
        if (obstacle instanceof Beginning.NoMemory none) {
            return "What moves is in Redis twice for a while: that takes "
                    + bytes(none.shortage().needed())
                    + " more, and Redis has " + bytes(none.shortage().left())
                    + " left below its maxmemory. Raise it, or resize when fewer jobs wait.";
        }
        throw new IllegalArgumentException(obstacle + " is none");
    }

    /**
     * @param queue the queue
     * @param status of it
     * @return the state of its layout as JSON
     */
    public static ObjectNode json(QueueName queue, ResizeStatus status) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        node.putObject("layout")
                .put("version", status.current().version())
                .put("partitions", status.current().partitions());
        ResizeProgress progress = status.progress();
        node.put("underWay", progress != null);
        if (progress != null) {
            Resize resize = progress.plan().resize();
            node.setAll(resize(queue, resize));
            ArrayNode unmoved = node.putArray("unmoved");
            status.unmoved().stream().sorted().forEach(unmoved::add);
        }
        return node;
    }

    /**
     * @param queue the queue
     * @param status with a resize under way
     * @return one line without its end
     */
    public static String sentence(QueueName queue, ResizeStatus status) {
        ResizeProgress progress = status.progress();
        if (progress == null) {
            throw new IllegalArgumentException("no resize of " + queue + " is under way");
        }
        return queue + ": "
                + Resizing.of(progress.plan().resize(), status.unmoved()).sentence();
    }

    /**
     * @param queue the queue
     * @param resize under way
     * @param now how it goes
     * @param reading what was measured
     * @return one line without its end
     */
    public static String line(QueueName queue, Resize resize, Following now, Reading reading) {
        if (now.status().progress() == null) {
            return String.format(
                    "%s has %d partitions (layout version %d): the resize is over",
                    queue, resize.to(), resize.version());
        }
        Duration eta = reading.eta();
        String speed = eta == null
                ? ""
                : String.format(Locale.ROOT, ", %,d/s, about %s", reading.rate(), DurationText.of(eta));
        return String.format(
                Locale.ROOT,
                "%d of %d old partitions have moved, %,d jobs are left%s%s",
                reading.moved(),
                resize.from(),
                reading.left(),
                speed,
                waiting(now.waiting()));
    }

    /** Names what needs a person's eye first. */
    private static String waiting(List<Waiting> all) {
        List<String> named = all.stream()
                .filter(each -> each.owner().isEmpty() || each.job() != null)
                .limit(NAMED)
                .map(ResizeView::waiting)
                .toList();
        return named.isEmpty() ? "" : "; waits for " + String.join(" and ", named);
    }

    private static String waiting(Waiting one) {
        RunningJob job = one.job();
        return job == null
                ? "an owner of partition " + one.partition()
                : job.name() + " in partition " + one.partition() + ", which has been running for "
                        + DurationText.of(job.ran()) + " in pod " + one.owner();
    }

    private static String bytes(long bytes) {
        return bytes < 1_000_000
                ? String.format(Locale.ROOT, "%d kB", (bytes + 999) / 1000)
                : String.format(Locale.ROOT, "%,.1f MB", bytes / 1e6);
    }
}
