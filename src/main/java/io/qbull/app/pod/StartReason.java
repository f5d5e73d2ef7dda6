package io.qbull.app.pod;

import io.qbull.component.OptionMistake;
import io.qbull.model.NearName;
import io.qbull.model.Printable;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.Endpoint;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.spi.EndpointUriFactory;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * Says why Camel did not start: what it names is kept, the nesting of its messages and the names of its objects are not, and the name
 * that was probably meant is added.
 */
final class StartReason {
    private static final Pattern UNKNOWN_OPTION = Pattern.compile(
            "(?s).*Failed to resolve endpoint: (\\w[\\w+-]*):.*Unknown parameters=\\[\\{([^=}]+)=([^,}]*).*");
    private static final Pattern UNKNOWN_SCHEME =
            Pattern.compile("(?s).*No endpoint could be found for: ([\\w+-]+):.*");
    private static final Pattern UNKNOWN_WORD =
            Pattern.compile("(?s).*(?:Unknown node id|Unsupported field): (\\S+).*");
    private static final Pattern UNKNOWN_BEAN =
            Pattern.compile("(?s).*No bean could be found in the registry for: (\\S+).*");
    private static final Pattern UNKNOWN_PROPERTY =
            Pattern.compile("(?s).*Property with key \\[([^\\]]+)] not found in properties.*");
    private static final Pattern UNSET = Pattern.compile(
            "(?s).*Property with key \\[(env|sys):([^\\]]+)] using function \\[\\w+] returned null value.*");
    private static final Pattern UNKNOWN_CONSTANT =
            Pattern.compile("(?s).*Enum: class (\\S+) does not have any constant with value: (\\S+).*");
    private static final Pattern OBJECT = Pattern.compile("(?:[a-z]\\w*\\.)+([A-Z][\\w$]*)@[0-9a-f]{4,8}\\b");

    /** What comes with the application; any other component is added by name. */
    private static final List<String> SCHEMES = List.of(
            "qbull",
            "platform-http",
            "http",
            "https",
            "file",
            "seda",
            "direct",
            "log",
            "timer",
            "bean",
            "dataset",
            "mock");

    private final @Nullable CamelContext context;

    /**
     * @param context that did not start; null if it was not even made
     */
    StartReason(@Nullable CamelContext context) {
        this.context = context;
    }

    /** The reason in one sentence. */
    String of(Throwable failure) {
        PropertyBindingException wrong = ObjectHelper.getException(PropertyBindingException.class, failure);
        IllegalArgumentException ours = ObjectHelper.getException(IllegalArgumentException.class, failure);
        if (wrong != null
                && (ours == null || ObjectHelper.getException(PropertyBindingException.class, ours) == null)) {
            return OptionMistake.unreadable(wrong, typeOf(wrong));
        }
        ClassNotFoundException missing = ObjectHelper.getException(ClassNotFoundException.class, failure);
        if (missing != null) {
            return "there is no class " + missing.getMessage()
                    + " on the class path; jars of your own belong into ext/";
        }
        return ofText(messageOf(failure));
    }

    /**
     * @param said by Camel
     */
    String ofText(String said) {
        return option(said)
                .or(() -> scheme(said))
                .or(() -> word(said))
                .or(() -> bean(said))
                .or(() -> property(said))
                .or(() -> unset(said))
                .or(() -> constant(said))
                .orElseGet(() -> plain(said));
    }

    /** An option of the configuration file, with its whole name. */
    String ofOption(PropertyBindingException wrong) {
        String prefix = String.valueOf(wrong.getOptionPrefix()).replaceFirst("\\.$", "");
        String name = prefix + "." + wrong.getOptionKey();
        Class<?> type = typeOf(wrong);
        if (type != null) {
            return name + " (" + OptionMistake.shown(wrong.getValue()) + ") "
                    + OptionMistake.rule(type, wrong.getValue());
        }
        return OptionMistake.unknown(name, wrong.getValue(), "Camel", names(wrong, prefix));
    }

    /**
     * A setting of the configuration file with a placeholder for a variable that is not set.
     *
     * @return empty if that is not why Camel did not start
     */
    Optional<String> ofUnsetVariable(Throwable failure) {
        return unset(messageOf(failure)).map(text -> {
            String placeholder = text.substring(0, text.indexOf("}}") + 2);
            Properties given = context == null
                    ? new Properties()
                    : context.getPropertiesComponent().loadProperties(name -> !name.startsWith("qbull."));
            return given.stringPropertyNames().stream()
                            .filter(name -> given.getProperty(name).contains(placeholder))
                            .sorted()
                            .map(name -> name + ": ")
                            .findFirst()
                            .orElse("")
                    + text;
        });
    }

    private static List<String> names(PropertyBindingException wrong, String prefix) {
        Object target = wrong.getTarget();
        return target == null
                ? List.of()
                : Arrays.stream(target.getClass().getMethods())
                        .filter(method -> method.getName().matches("set[A-Z].*") && method.getParameterCount() == 1)
                        .map(method ->
                                prefix + "." + method.getName().substring(3, 4).toLowerCase(Locale.ROOT)
                                        + method.getName().substring(4))
                        .sorted()
                        .toList();
    }

    private static @Nullable Class<?> typeOf(PropertyBindingException wrong) {
        PropertyConfigurer configurer = null;
        if (wrong.getTarget() instanceof Endpoint endpoint) {
            configurer = endpoint.getComponent().getEndpointPropertyConfigurer();
        } else if (wrong.getTarget() instanceof Component component) {
            configurer = component.getComponentPropertyConfigurer();
        }
        if (configurer instanceof PropertyConfigurerGetter getter) {
            return getter.getOptionType(wrong.getPropertyName(), true);
        }
        return Arrays.stream(wrong.getTarget().getClass().getMethods())
                .filter(method -> method.getName().equalsIgnoreCase("set" + wrong.getPropertyName())
                        && method.getParameterCount() == 1)
                .<Class<?>>map(method -> method.getParameterTypes()[0])
                .findFirst()
                .orElse(null);
    }

    private Optional<String> option(String said) {
        Matcher found = UNKNOWN_OPTION.matcher(said);
        if (!found.matches()) {
            return Optional.empty();
        }
        EndpointUriFactory factory =
                context == null ? null : context.getCamelContextExtension().getEndpointUriFactory(found.group(1));
        Collection<String> known = factory == null ? List.of() : new TreeSet<>(factory.propertyNames());
        return Optional.of(OptionMistake.unknown(found.group(2), found.group(3), found.group(1) + ":", known));
    }

    private static Optional<String> scheme(String said) {
        Matcher found = UNKNOWN_SCHEME.matcher(said);
        if (!found.matches()) {
            return Optional.empty();
        }
        String scheme = found.group(1);
        String near = NearName.hint(scheme, SCHEMES);
        return Optional.of("there is no component " + scheme + ": on the class path"
                + (near.isEmpty() ? "; ./qbull add camel-" + scheme + " fetches it if Camel has it" : near));
    }

    private static Optional<String> word(String said) {
        Matcher found = UNKNOWN_WORD.matcher(said);
        return found.matches()
                ? Optional.of(found.group(1) + " is not a word of a route here"
                        + NearName.hint(found.group(1), RouteWords.ALL))
                : Optional.empty();
    }

    private Optional<String> bean(String said) {
        Matcher found = UNKNOWN_BEAN.matcher(said);
        if (!found.matches()) {
            return Optional.empty();
        }
        Collection<String> known = context == null
                ? List.of()
                : new TreeSet<>(
                        context.getRegistry().findByTypeWithName(Object.class).keySet());
        return Optional.of("there is no bean " + found.group(1) + NearName.hint(found.group(1), known));
    }

    private Optional<String> property(String said) {
        Matcher found = UNKNOWN_PROPERTY.matcher(said);
        if (!found.matches()) {
            return Optional.empty();
        }
        Collection<String> known = context == null
                ? List.of()
                : new TreeSet<>(context.getPropertiesComponent()
                        .loadProperties(name -> !name.startsWith("qbull."))
                        .stringPropertyNames());
        return Optional.of("{{" + found.group(1) + "}} is set neither in config/application.properties nor elsewhere"
                + NearName.hint(found.group(1), known));
    }

    private static Optional<String> unset(String said) {
        Matcher found = UNSET.matcher(said);
        return found.matches()
                ? Optional.of("{{" + found.group(1) + ":" + found.group(2) + "}} needs the "
                        + (found.group(1).equals("env") ? "environment variable " : "system property ")
                        + found.group(2) + ", which is not set")
                : Optional.empty();
    }

    private static Optional<String> constant(String said) {
        Matcher found = UNKNOWN_CONSTANT.matcher(said);
        if (!found.matches()) {
            return Optional.empty();
        }
        try {
            Class<?> type = Class.forName(found.group(1));
            List<String> known =
                    Arrays.stream(type.getEnumConstants()).map(String::valueOf).toList();
            return Optional.of(found.group(2) + " must be one of " + String.join(", ", known)
                    + NearName.hint(found.group(2), known));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    /** A message that says nothing by itself gives way to that of its cause. */
    private static String messageOf(Throwable failure) {
        Throwable telling = failure;
        while (telling.getCause() != null
                && (telling.getMessage() == null || telling.getMessage().startsWith("Error pre-parsing resource"))) {
            telling = telling.getCause();
        }
        return telling.getMessage() == null ? telling.toString() : telling.getMessage();
    }

    /** The innermost cause, without the nesting that repeats it. */
    private static String plain(String message) {
        String said = message.strip().replaceAll("\\s+", " ");
        for (String before : List.of(" because: ", " due to: ", "Exception: ")) {
            int at = said.lastIndexOf(before);
            said = at < 0 ? said : said.substring(at + before.length());
        }
        return Printable.of(OBJECT.matcher(said).replaceAll("$1"), 1_000);
    }
}
