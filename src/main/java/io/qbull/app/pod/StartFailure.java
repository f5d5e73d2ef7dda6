package io.qbull.app.pod;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.NamedNode;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Turns an exception of Camel's start into one line with the file and the place of the mistake. */
final class StartFailure {
    private static final Pattern YAML_PLACE =
            Pattern.compile("(?s)(.*?)\\s+in file:(.+?), line (\\d+), column (\\d+).*");
    private static final Pattern FILE = Pattern.compile("file:(.+?\\.yaml)");
    private static final Pattern TWICE = Pattern.compile("Duplicate route ids detected: ([^.]+)\\.");
    private static final Pattern STEP = Pattern.compile("(?s)>>> (.*?) <<<");

    private final Exception failure;
    private final AppSettings.Folders folders;
    private final @Nullable CamelContext context;
    private final StartReason why;

    private StartFailure(Exception failure, AppSettings.Folders folders, @Nullable CamelContext context) {
        this.failure = failure;
        this.folders = folders;
        this.context = context;
        this.why = new StartReason(context);
    }

    static CliException of(Exception failure, AppSettings.Folders folders, @Nullable CamelContext context) {
        return new StartFailure(failure, folders, context).exception();
    }

    private CliException exception() {
        CliException expected = ObjectHelper.getException(CliException.class, failure);
        if (expected != null) {
            return expected;
        }
        Optional<String> line = yaml().or(this::twice)
                .or(this::route)
                .or(this::file)
                .or(this::property)
                .or(this::unsetVariable);
        return line.map(text -> new CliException(ExitCode.USAGE, text, failure))
                .orElseGet(() -> new CliException(ExitCode.FAILED, "Cannot start: " + why.of(failure), failure));
    }

    /** A mistake that the parser reports, or Camel for a node of the YAML tree. */
    private Optional<String> yaml() {
        MarkedYamlEngineException marked = ObjectHelper.getException(MarkedYamlEngineException.class, failure);
        String said = String.valueOf(failure.getMessage());
        Matcher place = YAML_PLACE.matcher(said);
        if (marked != null && marked.getProblemMark().isPresent()) {
            int line = marked.getProblemMark().get().getLine() + 1;
            int column = marked.getProblemMark().get().getColumn() + 1;
            Matcher file = FILE.matcher(said);
            return Optional.of((file.find() ? file.group(1) : folders.routes()) + ", line " + line + ", column "
                    + column + ": " + why.ofText(marked.getProblem()));
        }
        return place.matches()
                ? Optional.of(place.group(2) + ", line " + place.group(3) + ", column " + place.group(4) + ": "
                        + why.ofText(place.group(1)))
                : Optional.empty();
    }

    /** A route that is there twice, mostly as a changed copy of one that comes with the app. */
    private Optional<String> twice() {
        Matcher ids = TWICE.matcher(String.valueOf(failure.getMessage()));
        return ids.find()
                ? Optional.of(folders.routes() + ": two routes have the id " + ids.group(1) + "; those in "
                        + folders.ingestRoutes() + " run too, unless " + Setting.INGEST.variable() + " says less")
                : Optional.empty();
    }

    private Optional<String> route() {
        FailedToCreateRouteException create = ObjectHelper.getException(FailedToCreateRouteException.class, failure);
        if (create != null) {
            return Optional.of(place(create.getRouteId(), create.getMessage()) + why.of(create));
        }
        FailedToStartRouteException start = ObjectHelper.getException(FailedToStartRouteException.class, failure);
        return start == null
                ? Optional.empty()
                : Optional.of(place(start.getRouteId(), start.getMessage()) + why.of(start));
    }

    /** A mistake of a whole file, for example that it is empty. */
    private Optional<String> file() {
        Matcher file = FILE.matcher(String.valueOf(failure.getMessage()));
        return file.find() ? Optional.of(file.group(1) + ": " + why.of(failure)) : Optional.empty();
    }

    private Optional<String> property() {
        PropertyBindingException wrong = ObjectHelper.getException(PropertyBindingException.class, failure);
        return wrong == null ? Optional.empty() : Optional.of(why.ofOption(wrong));
    }

    private Optional<String> unsetVariable() {
        return why.ofUnsetVariable(failure);
    }

    private String place(@Nullable String routeId, @Nullable String message) {
        RouteDefinition route = routeId == null || !(context instanceof ModelCamelContext model)
                ? null
                : model.getRouteDefinition(routeId);
        if (route == null) {
            return folders.routes() + (routeId == null ? ": " : ", route " + routeId + ": ");
        }
        NamedNode node = failing(route, message);
        String location = node.getLocation() == null ? route.getLocation() : node.getLocation();
        String path = location == null ? folders.routes().toString() : location.replaceFirst("^file:", "");
        return path + (node.getLineNumber() > 0 ? ", line " + node.getLineNumber() : "") + ", route " + routeId + ": ";
    }

    /** The step that Camel quotes in its message; it knows its line. */
    private static NamedNode failing(RouteDefinition route, @Nullable String message) {
        Matcher quoted = STEP.matcher(String.valueOf(message));
        if (quoted.find()) {
            for (ProcessorDefinition<?> step : steps(route)) {
                if (step.getLineNumber() > 0 && quoted.group(1).contains(step.toString())) {
                    return step;
                }
            }
        }
        return route.getInput() != null && route.getInput().getLineNumber() > 0 ? route.getInput() : route;
    }

    /** All steps, the inner ones first. */
    private static List<ProcessorDefinition<?>> steps(ProcessorDefinition<?> parent) {
        List<ProcessorDefinition<?>> steps = new ArrayList<>();
        for (ProcessorDefinition<?> child : parent.getOutputs()) {
            steps.addAll(steps(child));
            steps.add(child);
        }
        return steps;
    }
}
