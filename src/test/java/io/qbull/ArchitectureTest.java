package io.qbull;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Timer;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may know which: what the design says, held by a test. */
class ArchitectureTest {
    /** A package of ours, and the packages of ours that it may use besides itself and its own children. */
    private static final Map<String, String[]> MAY_USE = Map.ofEntries(
            rule("model"),
            rule("runtime"),
            rule("config", "model"),
            rule("store", "model"),
            rule("store.redis.schema", "model"),
            rule("store.redis.client", "store.redis.schema", "store", "config", "runtime", "model"),
            rule("store.redis.raw", "store.redis.client", "store.redis.schema", "store", "config", "model"),
            rule("store.redis.tables", "store.redis.client", "store.redis.schema", "store", "model"),
            rule(
                    "store.redis",
                    "store.redis.tables",
                    "store.redis.client",
                    "store.redis.schema",
                    "store",
                    "config",
                    "runtime",
                    "model"),
            rule("lease", "store", "config", "runtime", "model"),
            rule("partition", "resize", "store", "config", "runtime", "model"),
            rule("resize", "store", "runtime", "model"),
            rule("enqueue", "resize", "store", "config", "runtime", "model"),
            rule(
                    "engine",
                    "lease",
                    "partition",
                    "resize",
                    "enqueue",
                    "store",
                    "store.redis",
                    "config",
                    "runtime",
                    "model"),
            rule("component.node", "engine", "config", "runtime", "model"),
            rule("component", "component.node", "engine", "config", "runtime", "model"),
            rule("springboot", "component", "model"),
            rule("ingest"),
            rule("ingest.record", "model"),
            rule("ingest.route", "engine", "runtime", "model"),
            rule("ingest.file", "ingest.record", "ingest.route", "engine", "config", "runtime", "model"),
            rule("ingest.http", "ingest.record", "ingest.route", "engine", "config", "runtime", "model"),
            rule("ops", "store", "resize", "config", "runtime", "model"),
            rule("ops.status", "ops", "store", "resize", "config", "model"),
            rule("ops.dead", "ops", "store", "config", "model"),
            rule("ops.held", "ops", "store", "config", "model"),
            rule("ops.deletion", "ops", "store", "config", "model"),
            rule("ops.resize", "ops", "store", "resize", "model"),
            rule("ops.why", "ops", "store", "resize", "config", "model"),
            rule("ops.files", "ops", "store", "config", "model"));

    /** The wings of the application from the top down: each uses those after it, and any package that is no wing. */
    private static final List<String> WINGS = List.of("cli", "bench", "pod", "http", "redis", "settings", "exit");

    /** Side wings of the application: of all wings they use {@code exit} alone. */
    private static final List<String> SIDE_WINGS = List.of("ext", "coalesce", "sample");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.qbull");

    private static Map.Entry<String, String[]> rule(String name, String... mayUse) {
        return Map.entry(name, mayUse);
    }

    static Stream<String> packages() {
        return MAY_USE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void a_package_uses_only_what_lies_below_it(String name) {
        noClasses()
                .that(residesIn(name))
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are of our packages other than " + String.join(", ", MAY_USE.get(name)),
                        used -> used.getPackageName().startsWith("io.qbull")
                                && !residesIn(name).test(used)
                                && Stream.of(MAY_USE.get(name))
                                        .noneMatch(allowed -> residesIn(allowed).test(used))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** A package with its children, unless a child has rules of its own. */
    private static DescribedPredicate<JavaClass> residesIn(String name) {
        return DescribedPredicate.describe("reside in " + name, candidate -> name.equals(ruled(candidate)));
    }

    private static String path(JavaClass candidate) {
        return candidate.getPackageName().replaceFirst("^io\\.qbull\\.?", "");
    }

    private static String ruled(JavaClass candidate) {
        String path = path(candidate);
        while (!path.isEmpty() && !MAY_USE.containsKey(path)) {
            path = path.substring(0, Math.max(0, path.lastIndexOf('.')));
        }
        return path;
    }

    @Test
    void every_package_but_the_app_has_a_rule() {
        TreeSet<String> without = new TreeSet<>();
        for (JavaClass candidate : CLASSES) {
            if (ruled(candidate).isEmpty() && !candidate.getPackageName().startsWith("io.qbull.app")) {
                without.add(candidate.getPackageName());
            }
        }
        Assertions.assertThat(without).isEmpty();
    }

    static Stream<Arguments> wings() {
        return Stream.concat(
                IntStream.range(0, WINGS.size())
                        .mapToObj(index -> Arguments.of(WINGS.get(index), above(index), "its lower wings")),
                SIDE_WINGS.stream().map(wing -> Arguments.of(wing, othersThan(wing), "exit")));
    }

    /** What a wing must not use: the wings over it. Only {@code pod} and {@code cli} put the side wings to use. */
    private static List<String> above(int index) {
        List<String> above = new ArrayList<>(WINGS.subList(0, index));
        if (!List.of("cli", "pod").contains(WINGS.get(index))) {
            above.addAll(SIDE_WINGS);
        }
        return above;
    }

    private static List<String> othersThan(String wing) {
        return Stream.concat(WINGS.stream(), SIDE_WINGS.stream())
                .filter(other -> !other.equals(wing) && !other.equals("exit"))
                .toList();
    }

    @ParameterizedTest(name = "{0} uses only {2}")
    @MethodSource("wings")
    void a_wing_of_the_app_uses_only_wings_below_it(String wing, List<String> forbidden, String allowed) {
        String[] packages = Stream.concat(
                        Stream.of("io.qbull.app"), forbidden.stream().map(each -> "io.qbull.app." + each + ".."))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.qbull.app." + wing + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .check(CLASSES);
    }

    @Test
    void every_wing_of_the_app_has_a_place() {
        TreeSet<String> without = new TreeSet<>();
        for (JavaClass candidate : CLASSES) {
            String path = candidate.getPackageName().replaceFirst("^io\\.qbull\\.app\\.", "");
            if (!path.equals(candidate.getPackageName()) && !WINGS.contains(path) && !SIDE_WINGS.contains(path)) {
                without.add(path);
            }
        }
        Assertions.assertThat(without).isEmpty();
    }

    @Test
    void there_are_no_cycles() {
        slices().matching("io.qbull.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /** Camel's component, endpoint, consumer and producer name each other by design; no other file takes part in their circle. */
    private static final DescribedPredicate<JavaClass> CAMELS_CIRCLE = DescribedPredicate.describe(
            "is one of Camel's circle",
            candidate -> Set.of(
                            "QbullComponent", "QbullEndpoint", "QbullConsumer", "QbullPollingConsumer", "QbullProducer")
                    .contains(file(candidate).getSimpleName()));

    static Stream<String> ourPackages() {
        return StreamSupport.stream(CLASSES.spliterator(), false)
                .map(ArchitectureTest::path)
                .distinct()
                .sorted();
    }

    /** Nested types count with their file. */
    @ParameterizedTest
    @MethodSource("ourPackages")
    void the_files_of_a_package_use_each_other_in_one_direction_only(String name) {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass candidate) {
                        if (!path(candidate).equals(name)) {
                            return SliceIdentifier.ignore();
                        }
                        return SliceIdentifier.of(file(candidate).getName());
                    }

                    @Override
                    public String getDescription() {
                        return "files of " + name;
                    }
                })
                .should()
                .beFreeOfCycles()
                .ignoreDependency(CAMELS_CIRCLE, CAMELS_CIRCLE)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    private static JavaClass file(JavaClass candidate) {
        JavaClass file = candidate;
        while (file.getEnclosingClass().isPresent()) {
            file = file.getEnclosingClass().get();
        }
        return file;
    }

    @Test
    void only_the_redis_store_knows_the_client() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.qbull.store.redis..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.lettuce..")
                .check(CLASSES);
    }

    /** The HTTP server, too, has only Netty's words for what it could not parse. */
    @Test
    void only_the_redis_store_and_the_app_know_netty() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.qbull.store.redis..", "io.qbull.app.http")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(CLASSES);
    }

    @Test
    void only_the_component_the_ingest_and_the_app_know_camel() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.qbull.component..", "io.qbull.springboot..", "io.qbull.ingest..", "io.qbull.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.camel..")
                .check(CLASSES);
    }

    @Test
    void the_words_and_the_clock_depend_on_java_alone() {
        noClasses()
                .that()
                .resideInAnyPackage("io.qbull.model..", "io.qbull.runtime..", "io.qbull.config..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "io.qbull..", "org.jspecify..", "com.google.errorprone..")
                .check(CLASSES);
    }

    /** Times that others wrote (Redis, files, HTTP) are compared with each other and never with the date of this machine. */
    @Test
    void the_date_of_this_machine_is_read_in_runtime_alone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.qbull.runtime..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(CLASSES);
    }

    @Test
    void clocks_and_threads_are_the_business_of_runtime_and_app() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.qbull.runtime..", "io.qbull.app..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(ZonedDateTime.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class, String.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Executors.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Timer.class)
                .check(CLASSES);
    }

    @Test
    void every_package_is_null_marked() {
        TreeSet<String> unmarked = new TreeSet<>();
        for (JavaClass candidate : CLASSES) {
            JavaPackage its = candidate.getPackage();
            if (!its.isAnnotatedWith(NullMarked.class)) {
                unmarked.add(its.getName());
            }
        }
        Assertions.assertThat(unmarked).isEmpty();
    }
}
