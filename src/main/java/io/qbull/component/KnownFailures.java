package io.qbull.component;

import io.qbull.model.EnqueueException;
import io.qbull.model.Failure.Course;
import java.io.CharConversionException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.ObjectStreamException;
import java.io.UTFDataFormatException;
import java.io.UnsupportedEncodingException;
import java.net.MalformedURLException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Which failures may pass by themselves and which do not, as far as that can be told without knowing the route. Pure. */
final class KnownFailures {
    /** 4xx that say "not now". */
    private static final Set<Integer> NOT_NOW = Set.of(408, 425, 429);

    private static final List<Class<? extends Throwable>> PASSING = List.of(
            IOException.class,
            SQLTransientException.class,
            SQLRecoverableException.class,
            RejectedExecutionException.class);

    /** I/O exceptions about what was read, not about reading it: the next run reads the same. */
    private static final List<Class<? extends IOException>> ABOUT_DATA = List.of(
            CharConversionException.class,
            CharacterCodingException.class,
            FileNotFoundException.class,
            MalformedURLException.class,
            ObjectStreamException.class,
            UTFDataFormatException.class,
            UnsupportedEncodingException.class,
            ZipException.class);
    /** The same of libraries that need not be there. */
    private static final Set<String> ABOUT_DATA_BY_NAME = Set.of(
            "com.fasterxml.jackson.core.JsonProcessingException",
            "com.google.gson.stream.MalformedJsonException",
            "com.google.protobuf.InvalidProtocolBufferException",
            "org.apache.commons.csv.CSVException");

    /** Every library has its own, and they have no class in common. */
    private static final Pattern TIMEOUT = Pattern.compile(".*(Timeout|TimedOut)Exception");

    /** No connection, a transaction that lost against another, no resources, a lock, a server that stops, its disk. */
    private static final Pattern PASSING_STATE = Pattern.compile("(08|40|53|58|57P).*|55P03|55006");

    private KnownFailures() {}

    /**
     * @param status of an HTTP answer that is a failure
     * @return what it says about another run
     */
    static Course ofStatus(int status) {
        if (status >= 500 || NOT_NOW.contains(status)) {
            return Course.PASSES;
        }
        return status >= 400 ? Course.BURY : Course.RETRY;
    }

    /**
     * @param failure one exception of a chain
     * @return what it says about another run; null if nothing, so that its cause decides
     */
    static @Nullable Course of(Throwable failure) {
        if (failure instanceof EnqueueException refused) {
            return refused.kind() == EnqueueException.Kind.INVALID ? Course.RETRY : Course.PASSES;
        }
        if (aboutData(failure)) {
            return Course.RETRY;
        }
        boolean passes = PASSING.stream().anyMatch(type -> type.isInstance(failure))
                || (failure instanceof SQLException sql && passes(sql))
                || named(failure, name -> TIMEOUT.matcher(name).matches());
        return passes ? Course.PASSES : null;
    }

    private static boolean passes(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && PASSING_STATE.matcher(state).matches();
    }

    private static boolean aboutData(Throwable failure) {
        // Its subclasses say what is wrong with a file; the class itself stands for the rest, such as a full disk.
        boolean aboutFile = failure instanceof FileSystemException && failure.getClass() != FileSystemException.class;
        return aboutFile
                || ABOUT_DATA.stream().anyMatch(type -> type.isInstance(failure))
                || named(failure, ABOUT_DATA_BY_NAME::contains);
    }

    /** Whether its class or one above has such a name. */
    private static boolean named(Throwable failure, Predicate<String> names) {
        for (Class<?> type = failure.getClass(); type != null; type = type.getSuperclass()) {
            if (names.test(type.getName())) {
                return true;
            }
        }
        return false;
    }
}
