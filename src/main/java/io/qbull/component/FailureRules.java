package io.qbull.component;

import io.qbull.model.Due;
import io.qbull.model.Failure;
import io.qbull.model.Failure.Course;
import io.qbull.model.Printable;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.CamelExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Judges what made an exchange fail: may another run succeed, and when? Looks through an exception to its causes, because Camel and
 * the libraries wrap.
 *
 * @param context reads what the exceptions of HTTP clients tell
 * @param retryOn failures that may pass by themselves, besides those that are known
 * @param buryOn failures after which a job is buried at once
 */
record FailureRules(CamelContext context, NamedFailures retryOn, NamedFailures buryOn) {
    private static final int MOST_CAUSES = 50;

    /**
     * @param options of an endpoint
     * @param context the endpoint's
     * @throws IllegalArgumentException if an option names what is no failure
     */
    static FailureRules of(QbullConfiguration options, CamelContext context) {
        return new FailureRules(
                context,
                NamedFailures.of("retryOn", options.getRetryOn(), context),
                NamedFailures.of("buryOn", options.getBuryOn(), context));
    }

    /**
     * @param start of the reason; may be empty
     * @param failure the exception; null if there was none
     * @param retryAfter value of the header {@code CamelQbullRetryAfter}; null if the route has set none
     * @return how the job failed
     */
    Failure judge(String start, @Nullable Throwable failure, @Nullable Object retryAfter) {
        List<Link> chain = chain(failure);
        Due due = retryAfter == null ? named(chain) : RetryAfter.ofHeader(retryAfter);
        String reason = reason(start, failure);
        if (retryAfter != null && due == null) {
            reason += "; the header " + QbullConstants.RETRY_AFTER + " is neither a duration nor a time";
        }
        String type = failure == null ? "" : failure.getClass().getName();
        return new Failure(reason, type, course(chain, due != null), cause(chain, reason), due);
    }

    /** An exception, and the HTTP answer that it tells of. */
    private record Link(Throwable failure, @Nullable HttpAnswer answer) {
        @Nullable
        Course known() {
            return answer == null ? KnownFailures.of(failure) : KnownFailures.ofStatus(answer.status());
        }
    }

    /** From outside in. Bounded, because causes can form a circle. */
    private List<Link> chain(@Nullable Throwable failure) {
        List<Link> chain = new ArrayList<>();
        for (Throwable each = failure; each != null && chain.size() < MOST_CAUSES; each = each.getCause()) {
            chain.add(new Link(each, HttpAnswer.of(each, context)));
        }
        return chain;
    }

    private static @Nullable Due named(List<Link> chain) {
        for (Link link : chain) {
            Due due = link.answer == null ? null : RetryAfter.ofAnswer(link.answer.headers());
            if (due != null) {
                return due;
            }
        }
        return null;
    }

    /** A receiver that names a time wants the job again, whatever its status. */
    private Course course(List<Link> chain, boolean wanted) {
        if (chain.stream().anyMatch(link -> buryOn.include(link.failure, link.answer))) {
            return Course.BURY;
        }
        if (wanted || chain.stream().anyMatch(link -> retryOn.include(link.failure, link.answer))) {
            return Course.PASSES;
        }
        Link decisive = decisive(chain);
        Course known = decisive == null ? null : decisive.known();
        return known == null ? Course.RETRY : known;
    }

    /** The first exception that says something about another run; null if none does. */
    private static @Nullable Link decisive(List<Link> chain) {
        return chain.stream().filter(link -> link.known() != null).findFirst().orElse(null);
    }

    private static String cause(List<Link> chain, String reason) {
        if (chain.isEmpty()) {
            return reason;
        }
        Link decisive = decisive(chain);
        Link link = decisive == null ? chain.get(chain.size() - 1) : decisive;
        String what = link.answer == null ? simpleName(link.failure) : "HTTP " + link.answer.status();
        String address = ReceiverAddress.in(String.valueOf(link.failure.getMessage()));
        return address.isEmpty() ? what : what + " " + address;
    }

    private static String reason(String start, @Nullable Throwable failure) {
        if (failure == null) {
            return start.isEmpty() ? "failed without an exception" : start;
        }
        Throwable told = withoutCamels(failure);
        String type = simpleName(told);
        String message = told.getMessage();
        String said = message == null ? type : type + ": " + Printable.of(message);
        return start.isEmpty() ? said : start + ": " + said;
    }

    /** Camel's wrappers begin with the exchange, and what went wrong would be cut off behind it. */
    private static Throwable withoutCamels(Throwable failure) {
        Class<?> type = failure.getClass();
        boolean wrapper = type == CamelExchangeException.class || type == CamelExecutionException.class;
        Throwable cause = failure.getCause();
        return wrapper && cause != null ? cause : failure;
    }

    private static String simpleName(Throwable failure) {
        String name = failure.getClass().getName();
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
