// Every page works without this file; it only brings the first error into view.
const problem = document.getElementById("problem");
if (problem) problem.focus();
