package io.qbull.component;

import io.qbull.model.NearName;
import io.qbull.model.Printable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.PropertyBindingException;
import org.jspecify.annotations.Nullable;

/**
 * What to say about an option that does not exist, or a value that cannot be read: name, value and rule, and never the object that
 * Camel wanted to set. Also knows the options of {@code qbull:} endpoints.
 */
public final class OptionMistake {
    private static final List<String> OPTIONS = new QbullEndpointUriFactory()
            .propertyNames().stream()
                    .filter(name -> !name.equals("queue"))
                    .sorted()
                    .toList();
    private static final Map<String, String> BY_PLAIN_NAME =
            OPTIONS.stream().collect(Collectors.toUnmodifiableMap(OptionMistake::plain, Function.identity()));

    private OptionMistake() {}

    /**
     * @return the options of {@code qbull:} endpoints, in their own spelling
     */
    public static List<String> options() {
        return OPTIONS;
    }

    /**
     * @param name in any spelling that Camel accepts, as {@code max-attempts}
     * @return the option in its own spelling; empty if there is none
     */
    public static Optional<String> option(String name) {
        return Optional.ofNullable(BY_PLAIN_NAME.get(plain(name)));
    }

    /**
     * @param name that was given
     * @param value that was given
     * @param what has the options, as {@code qbull:}
     * @param known its options
     * @return a sentence that ends with the near name
     */
    public static String unknown(String name, Object value, String what, Collection<String> known) {
        return name + " (" + shown(value) + ") is not an option of " + what + NearName.hint(name, known);
    }

    /**
     * @param failure of Camel
     * @param type of the option; null if it is not known
     * @return a sentence that ends with what is accepted
     */
    public static String unreadable(PropertyBindingException failure, @Nullable Class<?> type) {
        return failure.getPropertyName() + " (" + shown(failure.getValue()) + ") " + rule(type, failure.getValue());
    }

    /**
     * @param type of an option; null if it is not known
     * @param value that cannot be turned into it
     * @return what is accepted, as the end of the sentence
     */
    public static String rule(@Nullable Class<?> type, @Nullable Object value) {
        if (value instanceof Collection) {
            return "is given more than once";
        }
        if (type == null || type == String.class) {
            return "cannot be read";
        }
        if (type.isEnum()) {
            return "must be "
                    + Arrays.stream(type.getEnumConstants())
                            .map(each -> String.valueOf(each)
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', '-'))
                            .collect(Collectors.joining(" or "));
        }
        if (type == boolean.class || type == Boolean.class) {
            return "must be true or false";
        }
        if (type == double.class || type == Double.class) {
            return "must be a number";
        }
        if (type == Duration.class) {
            return "must be a number with a unit or ISO 8601: 1500ms, 15s, 2m, 1h, 1d, PT10M";
        }
        return type.isPrimitive() || Number.class.isAssignableFrom(type)
                ? "must be a whole number"
                : "must name a bean of the type " + type.getSimpleName() + ": #NAME";
    }

    /**
     * @param value any
     * @return the value for a message; dots for a URL that may carry a password
     */
    public static String shown(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.contains("://") && text.contains("@") ? "…" : Printable.of(text);
    }

    private static String plain(String name) {
        return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }
}
