package io.qbull;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Timer;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may know which: what the design says, held by a test. */
class ArchitectureTest {
    /** A package of ours, and the packages of ours that it may use besides itself and its own children. */
    private static final Map<String, String[]> MAY_USE = Map.ofEntries(
            Map.entry("model", new String[] {}),
            Map.entry("runtime", new String[] {}),
            Map.entry("config", new String[] {"model"}),
            Map.entry("store", new String[] {"model"}),
            Map.entry("store.redis", new String[] {"store", "model", "config", "runtime"}),
            Map.entry("lease", new String[] {"store", "config", "runtime", "model"}),
            Map.entry("partition", new String[] {"store", "config", "runtime", "model"}),
            Map.entry("resize", new String[] {"store", "config", "runtime", "model"}),
            Map.entry("enqueue", new String[] {"store", "config", "runtime", "model"}),
            Map.entry("engine", new String[] {
                "lease", "partition", "resize", "enqueue", "store", "store.redis", "config", "runtime", "model"
            }),
            Map.entry("component", new String[] {"engine", "config", "runtime", "model"}),
            Map.entry("ingest", new String[] {"engine", "config", "runtime", "model"}),
            Map.entry("ops", new String[] {"store", "resize", "config", "model"}));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.qbull");

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

    private static String ruled(JavaClass candidate) {
        String path = candidate.getPackageName().replaceFirst("^io\\.qbull\\.?", "");
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

    @Test
    void there_are_no_cycles() {
        slices().matching("io.qbull.(*)..").should().beFreeOfCycles().check(CLASSES);
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
                .resideOutsideOfPackages("io.qbull.store.redis..", "io.qbull.app")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(CLASSES);
    }

    @Test
    void only_the_component_the_ingest_and_the_app_know_camel() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.qbull.component..", "io.qbull.ingest..", "io.qbull.app..")
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
