package io.qbull.it;

import io.qbull.it.Event.Answer;
import io.qbull.it.History.PodLife;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long a released or handed-over partition stood still: from the end of its last job to the successor's first fetch. */
final class HandOvers {
    private HandOvers() {}

    /**
     * @param history with released and handed-over leases
     * @return one for each lease with a successor in another life
     */
    static List<Span> list(History history) {
        List<Span> result = new ArrayList<>();
        for (PodLife giver : history.pods()) {
            for (Event event : giver.events()) {
                if (event instanceof Event.Gone gone && gone.released()) {
                    long idleSince = lastEnd(giver, gone);
                    history.pods().stream()
                            .filter(pod -> !pod.name().equals(giver.name()))
                            .flatMap(pod -> pod.events().stream())
                            .filter(e -> e instanceof Event.Fetched f
                                    && f.answer() == Answer.DONE
                                    && f.owner().partition() == gone.owner().partition()
                                    && f.owner().epoch() > gone.owner().epoch())
                            .mapToLong(Event::at)
                            .min()
                            .ifPresent(next -> result.add(new Span(idleSince, next)));
                }
            }
        }
        return result;
    }

    /** The last end of a job under the lease; the end of the lease if it had been idle. */
    private static long lastEnd(PodLife giver, Event.Gone gone) {
        long sinceStop = gone.at() - Duration.ofSeconds(1).toNanos();
        return giver.events().stream()
                .filter(e -> e instanceof Event.Ended end && end.owner().equals(gone.owner()) && end.at() > sinceStop)
                .mapToLong(Event::at)
                .max()
                .orElse(gone.at());
    }
}
