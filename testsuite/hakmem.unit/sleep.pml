/* SPDX-License-Identifier: MIT */
/*
 * How the caches of a sleeping thread are emptied (lib/thread/sleep.c), as a model for SPIN; sleep.sh runs it.
 *
 * One thread with one cache of N blocks: it pops, pushes and misses, and between any two of its steps it may sleep for
 * a while, in the middle of a pop as well: a handler that interrupted it then. One purger, which tries TRIES times.
 *
 * Shown, in every interleaving:
 *   - a block is in the program's hands, in the cache or home: exactly one of them, when it changes hands and at the end
 *   - nothing is popped from an empty cache, also where the purger was wrong about the sleep and puts base back
 *
 * Macros, for negative checks: NO_SCAN does not look for an interrupted pop, NO_AGAIN takes the first look for granted,
 * NO_RAN looks whether the thread is asleep again, not whether it has run, LATE_RAISE raises base after the second look,
 * EQUAL lets a pop miss only at top == base, NO_CLAIM leaves the thread's miss paths in.
 */
#define N 2
#define OPERATIONS 4
#define NAPS 3
#define TRIES 2

byte top = N, base = 0;
byte slot[N];
bit home[N], out[N];
bit is_busy, revoked;  /* the hold */
bit asleep;            /* what a look from outside tells ... */
byte n_ran;            /* ... and how often the thread was woken */
bit in_pop;            /* its pc, or that of what its handler interrupted, lies in a pop */
byte n_naps;
byte n_resting;         /* processes that are done */

inline may_sleep()
{
	if
	:: n_naps < NAPS ->
		n_naps++;
		asleep = 1;
		atomic { asleep = 0; n_ran++; }
	:: skip
	fi;
}

inline take(b)
{
	atomic {
		assert(!home[b] && !out[b]);
		out[b] = 1;
	}
}

/* A refill: hak_thread_enter(), settle_own(), hak_cache_refill_own() */
inline miss()
{
	is_busy = 1;
	do
	:: revoked -> is_busy = 0; !revoked; is_busy = 1;
	:: else -> break;
	od;
	may_sleep();
	t = top;
	if
	:: t != base -> /* lowered again: there is something, after all */
		top = t - 1;
		take(slot[t - 1]);
	:: else ->
		base = 0;
		top = 0;
		if
		:: home[0] -> atomic { home[0] = 0; } take(0);
		:: !home[0] && home[1] -> atomic { home[1] = 0; } take(1);
		:: else -> skip;
		fi;
	fi;
	may_sleep();
	is_busy = 0;
}

#ifdef EQUAL
#define IS_EMPTY (t == base)
#else
#define IS_EMPTY (t <= base)
#endif

inline pop()
{
	in_pop = 1;
	may_sleep();
	t = top;
	may_sleep();
	if
	:: IS_EMPTY ->
		in_pop = 0;
		miss();
	:: else ->
		assert(t > 0);
		may_sleep();
		top = top - 1;
		may_sleep();
		b = slot[t - 1];
		in_pop = 0; /* the return: nothing of the cache is used any more */
		take(b);
	fi;
}

inline push(block)
{
	t = top;
	may_sleep();
	if
	:: t == N -> skip; /* full: the program keeps the block, in this model */
	:: else ->
		atomic { out[block] = 0; slot[t] = block; }
		may_sleep();
		top = top + 1;
	fi;
}

active proctype owner()
{
	byte t, b, n;

	atomic { slot[0] = 0; slot[1] = 1; }
	do
	:: n < OPERATIONS ->
		n++;
		if
		:: pop();
		:: out[0] -> push(0);
		:: out[1] -> push(1);
		:: may_sleep();
		fi;
	:: n == OPERATIONS -> break;
	od;
	n_resting++;
}

active proctype purger()
{
	byte tries, ran, was, i;
	bit is_sound;

	do
	:: tries == TRIES -> break;
	:: tries < TRIES ->
		tries++;
		/* hak_look_open() */
		ran = n_ran;
		if
		:: !asleep -> goto next;
		:: asleep -> skip;
		fi;
#ifndef NO_SCAN
		if
		:: in_pop -> goto next;
		:: !in_pop -> skip;
		fi;
#endif
#ifndef NO_CLAIM
		revoked = 1;
		if
		:: is_busy -> goto unclaim;
		:: !is_busy -> skip;
		fi;
#endif
		was = base;
#ifndef LATE_RAISE
		i = top;
		base = i;
#endif
		/* hak_look_again() */
#ifdef NO_AGAIN
		is_sound = 1;
#else
		is_sound = asleep;
#ifndef NO_RAN
		is_sound = is_sound && n_ran == ran;
#endif
#endif
#ifdef LATE_RAISE
		i = top;
		base = i;
#endif
		if
		:: is_sound ->
			i = was;
			was = base;
			do
			:: i < was ->
				atomic {
					assert(!home[slot[i]] && !out[slot[i]]);
					home[slot[i]] = 1;
				}
				i++;
			:: else -> break;
			od;
		:: else -> base = was;
		fi;
unclaim:
		revoked = 0;
next:
		skip;
	od;
	n_resting++;
	n_resting == 2;

	/* What is neither home nor the program's is in the cache. */
	atomic {
		assert(base <= top && top <= N);
		i = base;
		do
		:: i < top ->
			assert(!home[slot[i]] && !out[slot[i]]);
			home[slot[i]] = 1;
			i++;
		:: else -> break;
		od;
		assert(home[0] + out[0] == 1);
		assert(home[1] + out[1] == 1);
	}
}
