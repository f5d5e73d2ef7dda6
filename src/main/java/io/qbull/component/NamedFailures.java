package io.qbull.component;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/**
 * The failures that an option names.
 *
 * @param classes of exceptions
 * @param statuses of HTTP answers
 */
record NamedFailures(List<Class<?>> classes, List<Integer> statuses) {
    private static final Pattern STATUS = Pattern.compile("[1-5]\\d\\d");

    /**
     * @param option its name
     * @param names its value: classes and statuses, separated by commas
     * @param context loads the classes
     * @throws IllegalArgumentException if a name is neither a status nor a class, or the class is no exception
     */
    static NamedFailures of(String option, @Nullable String names, CamelContext context) {
        List<Class<?>> classes = new ArrayList<>();
        List<Integer> statuses = new ArrayList<>();
        for (String each : names == null ? new String[0] : names.split(",")) {
            String name = each.trim();
            if (STATUS.matcher(name).matches()) {
                statuses.add(Integer.valueOf(name));
            } else {
                classes.add(exception(option, name, context));
            }
        }
        return new NamedFailures(List.copyOf(classes), List.copyOf(statuses));
    }

    private static Class<?> exception(String option, String name, CamelContext context) {
        Class<?> type = context.getClassResolver().resolveClass(name);
        if (type == null || !Throwable.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(
                    option + " (" + name + ") must name classes of exceptions on the class path, or HTTP statuses");
        }
        return type;
    }

    /** Whether this exception is named; its cause is another one. */
    boolean include(Throwable failure, @Nullable HttpAnswer answer) {
        return classes.stream().anyMatch(type -> type.isInstance(failure))
                || (answer != null && statuses.contains(answer.status()));
    }
}
