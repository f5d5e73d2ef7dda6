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

/**
 * Translates the errors of the client and the error replies of a server into {@link StoreException}s. No other class knows the
 * server's error codes. Pure.
 */
public final class RedisErrors {
    private static final Set<String> FULL = Set.of("OOM", "NOREPLICAS", "MISCONF");
    private static final Set<String> PASSING =
            Set.of("LOADING", "TRYAGAIN", "BUSY", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "UNBLOCKED", "MOVED", "ASK");
    /** Redis 6.2 wraps the error of a command within a script; the code follows a dash. */
    private static final Pattern WRAPPED = Pattern.compile("Error running script.*?-([A-Z]+) ");

    /** What Redis 6.2 puts before that error; it would push the error itself out of the line. */
    private static final Pattern WRAPPER =
            Pattern.compile("^(ERR )?Error running script \\(call to f_\\w+\\): (@user_script: ?\\d+: )*-?");

    private RedisErrors() {}

    /** The code at the start of an error reply; {@code ERR} if it has none of its own. */
    static String code(String message) {
        Matcher wrapped = WRAPPED.matcher(message);
        if (message.startsWith("ERR") && wrapped.find()) {
            return wrapped.group(1);
        }
        int end = message.indexOf(' ');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Whether an error reply says that the server is no longer a primary. */
    static boolean demotion(Throwable error) {
        String code = error instanceof RedisCommandExecutionException ? code(message(error)) : "";
        return code.equals("READONLY") || code.equals("UNBLOCKED");
    }

    /**
     * Whether an error reply says that the server is cut off from its cluster or master, so that other servers may know better which
     * one serves a slot.
     */
    static boolean clusterDown(Throwable error) {
        String code = error instanceof RedisCommandExecutionException ? code(message(error)) : "";
        return code.equals("CLUSTERDOWN") || code.equals("MASTERDOWN");
    }

    /**
     * @param error what the client reported
     * @param sent whether the command was written to the socket, or may have been
     * @return the exception for callers
     */
    public static StoreException of(Throwable error, boolean sent) {
        return of(error, sent, "Redis");
    }

    /**
     * @param error what the client reported
     * @param sent whether the command was written to the socket, or may have been
     * @param server the server that was asked, as the message names it
     * @return the exception for callers
     */
    public static StoreException of(Throwable error, boolean sent, String server) {
        Throwable bare = unwrap(error);
        if (bare instanceof StoreException known) {
            return known;
        }
        if (bare instanceof RedisCommandExecutionException) {
            return ofReply(message(bare));
        }
        if (bare instanceof RedisCommandTimeoutException) {
            return new StoreException.Unavailable(server + " did not answer in time", true, bare);
        }
        String text = server + " is away: " + safe(message(bare));
        return sent ? StoreException.Unavailable.cut(text, bare) : new StoreException.Unavailable(text, false, bare);
    }

    /**
     * @param error why a connection could not be opened; nothing was sent
     * @param server host and port
     * @return the exception for callers
     */
    static StoreException ofConnect(Throwable error, String server) {
        Throwable bare = unwrap(error);
        TlsErrors.Trouble tls = TlsErrors.of(bare);
        if (tls != null) {
            String text = "Redis at " + server + " " + safe(tls.text());
            return tls.lasts() ? misconfigured(text) : unavailable(text, bare);
        }
        for (Throwable at = bare; at != null; at = at.getCause()) {
            if (at instanceof StoreException known) {
                return known;
            }
            if (at instanceof RedisCommandExecutionException) {
                return ofReply(message(at));
            }
        }
        return unavailable("Redis at " + server + " is away: " + safe(message(bare)), bare);
    }

    /**
     * @param error why the first command over a connection was not answered; the handshake of TLS may not be over by then
     * @param server host and port
     * @param tls whether the connection is to use TLS
     * @return the exception for callers
     */
    static StoreException ofFirstCommand(Throwable error, String server, boolean tls) {
        boolean late = unwrap(error).getCause() instanceof RedisCommandTimeoutException;
        if (tls && late) {
            return unavailable("Redis at " + server + " " + TlsErrors.PLAIN, error);
        }
        StoreException known = ofConnect(error, server);
        // Whatever became of that command: nothing of the caller was sent.
        return known instanceof StoreException.Unavailable
                ? unavailable(known.getMessage() + (tls || late ? "" : TlsErrors.ENCRYPTED), known)
                : known;
    }

    static StoreException unavailable(String message, Throwable cause) {
        return new StoreException.Unavailable(message, false, cause);
    }

    /** Nothing was sent. */
    public static StoreException unavailable(String message) {
        return new StoreException.Unavailable(message, false, null);
    }

    /** A person must act. */
    public static StoreException misconfigured(String message) {
        return new StoreException.Misconfigured(message, null);
    }

    /**
     * @param future fails with anything
     * @return the same result; fails with a {@link StoreException} only, never with a wrapper
     */
    public static <T> CompletionStage<T> translate(CompletionStage<T> future) {
        CompletableFuture<T> result = new CompletableFuture<>();
        future.whenComplete((value, error) -> {
            if (error == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(ofAny(error));
            }
        });
        return result;
    }

    /** A future that has failed. */
    public static <T> CompletionStage<T> failed(StoreException error) {
        return CompletableFuture.failedFuture(error);
    }

    /** The error itself, without the wrappers that futures add. */
    static Throwable unwrap(Throwable error) {
        Throwable bare = error;
        while ((bare instanceof CompletionException || bare instanceof ExecutionException) && bare.getCause() != null) {
            bare = bare.getCause();
        }
        return bare;
    }

    /** The message of an error, or the name of its class if it has none. */
    public static String message(Throwable error) {
        String message = error.getMessage();
        return message == null ? error.getClass().getSimpleName() : message;
    }

    private static StoreException ofAny(Throwable error) {
        Throwable bare = unwrap(error);
        if (bare instanceof StoreException known) {
            return known;
        }
        return new StoreException.Misconfigured("unexpected reply from Redis: " + safe(message(bare)), bare);
    }

    private static StoreException ofReply(String message) {
        String code = code(message);
        String text = "Redis replies: " + safe(WRAPPER.matcher(message).replaceFirst(""));
        // Without the cause, because an error message of the server may quote arguments.
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
}
