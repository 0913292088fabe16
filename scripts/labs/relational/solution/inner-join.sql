SELECT film.title, language.name
FROM film
JOIN language ON language.language_id = film.language_id;
