/**
 * Reads the environment and {@code config/application.properties} into checked settings: {@code SettingLookup} finds values, the
 * readers by theme check them.
 */
@NullMarked
package io.qbull.app.settings;

import org.jspecify.annotations.NullMarked;
