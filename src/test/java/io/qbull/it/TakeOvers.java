package io.qbull.it;

import static io.qbull.it.History.NEVER;

import io.qbull.it.Event.Answer;
import io.qbull.it.Event.Owner;
import io.qbull.it.History.PodLife;
import io.qbull.it.Report.TakeOver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How long each partition of a killed pod stood still. */
final class TakeOvers {
    private final History history;

    TakeOvers(History history) {
        this.history = history;
    }

    List<TakeOver> list() {
        List<TakeOver> result = new ArrayList<>();
        for (PodLife dead : history.pods()) {
            if (dead.killedAt() != NEVER) {
                ownedAt(dead)
                        .forEach((partition, owner) -> result.add(new TakeOver(
                                dead.name(),
                                partition,
                                since(dead.killedAt(), first(owner, dead.killedAt(), false)),
                                since(dead.killedAt(), first(owner, dead.killedAt(), true)))));
            }
        }
        return result;
    }

    /** The partitions that a life owned when it was killed: it used the lease and had not ended it, and no newer lease existed. */
    private Map<Integer, Owner> ownedAt(PodLife dead) {
        Map<Integer, Owner> owned = new TreeMap<>();
        for (Event event : dead.events()) {
            if (event instanceof Event.Gone g) {
                owned.remove(g.owner().partition(), g.owner());
            } else {
                used(event).ifPresent(o -> owned.merge(o.partition(), o, (a, b) -> a.epoch() > b.epoch() ? a : b));
            }
        }
        Map<Integer, Long> newest = new HashMap<>();
        for (PodLife pod : history.pods()) {
            for (Event event : pod.events()) {
                if (event.at() < dead.killedAt()) {
                    used(event).ifPresent(owner -> newest.merge(owner.partition(), owner.epoch(), Math::max));
                }
            }
        }
        owned.values().removeIf(owner -> newest.getOrDefault(owner.partition(), 0L) > owner.epoch());
        return owned;
    }

    private long first(Owner before, long after, boolean start) {
        return history.pods().stream()
                .flatMap(pod -> pod.events().stream())
                .filter(e -> e.at() > after && (start ? e instanceof Event.Started : e instanceof Event.Fetched))
                .filter(e -> used(e).filter(o -> o.partition() == before.partition() && o.epoch() > before.epoch())
                        .isPresent())
                .mapToLong(Event::at)
                .min()
                .orElse(NEVER);
    }

    private static @Nullable Span since(long kill, long time) {
        return time == NEVER ? null : new Span(kill, time);
    }

    private static Optional<Owner> used(Event event) {
        if (event instanceof Event.Granted g) {
            return Optional.of(g.owner());
        } else if (event instanceof Event.Fetched f && f.answer() == Answer.DONE) {
            return Optional.of(f.owner());
        } else if (event instanceof Event.Started s) {
            return Optional.of(s.owner());
        }
        return Optional.empty();
    }
}
