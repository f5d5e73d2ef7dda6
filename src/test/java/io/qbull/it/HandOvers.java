package io.qbull.it;

import io.qbull.it.Event.Answer;
import io.qbull.it.History.PodLife;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long a partition that was given up on purpose stood still: from the last end of a job there to the successor's first fetch. */
final class HandOvers {
    private HandOvers() {}

    /**
     * @param history with leases given up by release or hand-over
     * @return one for each that has a successor in another life
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

    /** Under the lease that went, or its going if it was idle or had been idle for a while. */
    private static long lastEnd(PodLife giver, Event.Gone gone) {
        long sinceStop = gone.at() - Duration.ofSeconds(1).toNanos();
        return giver.events().stream()
                .filter(e -> e instanceof Event.Ended end && end.owner().equals(gone.owner()) && end.at() > sinceStop)
                .mapToLong(Event::at)
                .max()
                .orElse(gone.at());
    }
}
