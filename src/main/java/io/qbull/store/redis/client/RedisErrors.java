package io.qbull.store.redis.client;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.qbull.model.Printable;
import io.qbull.store.StoreException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an error means to a caller: the one place that knows the server's error codes. */
public final class RedisErrors {
    private static final Set<String> FULL = Set.of("OOM", "NOREPLICAS", "MISCONF");
    private static final Set<String> PASSING =
            Set.of("LOADING", "TRYAGAIN", "BUSY", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "UNBLOCKED", "MOVED", "ASK");
    /** Redis 6.2 wraps the error of a command inside a script; its code stands behind a dash. */
    private static final Pattern WRAPPED = Pattern.compile("Error running script.*?-([A-Z]+) ");

    private RedisErrors() {}

    /** The error code of a server's error message, {@code ERR} if it has none of its own. */
    static String code(String message) {
        Matcher wrapped = WRAPPED.matcher(message);
        if (message.startsWith("ERR") && wrapped.find()) {
            return wrapped.group(1);
        }
        int end = message.indexOf(' ');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Whether an error reply says that the server is no primary any more. */
    static boolean demotion(Throwable error) {
        String code = error instanceof RedisCommandExecutionException ? code(message(error)) : "";
        return code.equals("READONLY") || code.equals("UNBLOCKED");
    }

    /** Whether an error reply says that the server is cut off from its cluster or master: others may know better who serves what. */
    static boolean clusterDown(Throwable error) {
        String code = error instanceof RedisCommandExecutionException ? code(message(error)) : "";
        return code.equals("CLUSTERDOWN") || code.equals("MASTERDOWN");
    }

    /**
     * @param error what the client reported
     * @param sent whether the command was written, or may have been
     * @return the same for callers
     */
    public static StoreException of(Throwable error, boolean sent) {
        return of(error, sent, "Redis");
    }

    /**
     * @param error what the client reported
     * @param sent whether the command was written, or may have been
     * @param server that was asked, as messages name it
     * @return the same for callers
     */
    public static StoreException of(Throwable error, boolean sent, String server) {
        Throwable bare = bare(error);
        if (bare instanceof StoreException known) {
            return known;
        }
        if (bare instanceof RedisCommandExecutionException) {
            return ofReply(message(bare));
        }
        if (bare instanceof RedisCommandTimeoutException) {
            return new StoreException.Unavailable(server + " did not answer in time", true, bare);
        }
        return new StoreException.Unavailable(server + " is away: " + safe(message(bare)), sent, bare);
    }

    /**
     * @param error why a connection could not be made; nothing was sent
     * @param server which was tried
     * @return the same for callers
     */
    static StoreException ofConnect(Throwable error, String server) {
        for (Throwable at = bare(error); at != null; at = at.getCause()) {
            if (at instanceof StoreException known) {
                return known;
            }
            if (at instanceof RedisCommandExecutionException) {
                return ofReply(message(at));
            }
        }
        return unavailable("Redis at " + server + " is away: " + safe(message(bare(error))), bare(error));
    }

    public static StoreException unavailable(String message, Throwable cause) {
        return new StoreException.Unavailable(message, false, cause);
    }

    public static StoreException unavailable(String message) {
        return new StoreException.Unavailable(message, false, null);
    }

    public static StoreException misconfigured(String message) {
        return new StoreException.Misconfigured(message, null);
    }

    /** A stage that fails with a {@link StoreException} itself, not with one wrapped by the steps in between. */
    public static <T> CompletionStage<T> bare(CompletionStage<T> stage) {
        CompletableFuture<T> result = new CompletableFuture<>();
        stage.whenComplete((value, error) -> {
            if (error == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(ofAny(error));
            }
        });
        return result;
    }

    public static <T> CompletionStage<T> failed(StoreException error) {
        return CompletableFuture.failedFuture(error);
    }

    private static StoreException ofAny(Throwable error) {
        Throwable bare = bare(error);
        if (bare instanceof StoreException known) {
            return known;
        }
        return new StoreException.Misconfigured("unexpected answer of Redis: " + safe(message(bare)), bare);
    }

    private static StoreException ofReply(String message) {
        String code = code(message);
        String text = "Redis answers: " + safe(message);
        // Without the cause: an error message of the server may quote arguments.
        if (FULL.contains(code)) {
            return new StoreException.Full(text, null);
        }
        if (PASSING.contains(code) || message.contains("max number of clients")) {
            return new StoreException.Unavailable(text, false, null);
        }
        return misconfigured(text);
    }

    private static String safe(String message) {
        int quoted = message.indexOf(", with args");
        return Printable.of(quoted < 0 ? message : message.substring(0, quoted));
    }

    public static Throwable bare(Throwable error) {
        Throwable bare = error;
        while ((bare instanceof CompletionException || bare instanceof ExecutionException) && bare.getCause() != null) {
            bare = bare.getCause();
        }
        return bare;
    }

    public static String message(Throwable error) {
        String message = error.getMessage();
        return message == null ? error.getClass().getSimpleName() : message;
    }
}
