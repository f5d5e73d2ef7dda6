/**
 * The Redis server that comes along when nobody names another one: a real server, started as a daemon that belongs to no pod
 * in particular and outlives each of them but the last.
 */
@NullMarked
package io.qbull.app.redis;

import org.jspecify.annotations.NullMarked;
