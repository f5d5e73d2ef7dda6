package io.qbull.component;

import io.qbull.model.Failure.Course;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * Judges a failure by its class and those of its causes: may a retry succeed?
 *
 * @param retryOn failures after which a job runs again; empty = any
 * @param buryOn failures after which a job is buried at once
 */
record FailureClasses(List<Class<?>> retryOn, List<Class<?>> buryOn) {
    /**
     * @param options of an endpoint
     * @param context loads the classes
     * @throws IllegalArgumentException if a class is missing or is no exception
     */
    static FailureClasses of(QbullConfiguration options, CamelContext context) {
        return new FailureClasses(
                classes("retryOn", options.getRetryOn(), context), classes("buryOn", options.getBuryOn(), context));
    }

    Course course(@Nullable Throwable failure) {
        if (matches(buryOn, failure)) {
            return Course.BURY;
        }
        return retryOn.isEmpty() || matches(retryOn, failure) ? Course.RETRY : Course.GIVE_UP;
    }

    private static boolean matches(List<Class<?>> classes, @Nullable Throwable failure) {
        if (failure != null) {
            for (Throwable each : ObjectHelper.createExceptionIterable(failure)) {
                if (classes.stream().anyMatch(type -> type.isInstance(each))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<Class<?>> classes(String option, @Nullable String names, CamelContext context) {
        List<Class<?>> classes = new ArrayList<>();
        for (String name : names == null ? new String[0] : names.split(",")) {
            Class<?> type = context.getClassResolver().resolveClass(name.trim());
            if (type == null || !Throwable.class.isAssignableFrom(type)) {
                throw new IllegalArgumentException(
                        option + " (" + name.trim() + ") must name classes of exceptions on the class path");
            }
            classes.add(type);
        }
        return List.copyOf(classes);
    }
}
