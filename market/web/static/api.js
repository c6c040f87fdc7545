SwaggerUIBundle({ url: "/schema/openapi.json", dom_id: "#swagger", deepLinking: true, validatorUrl: null });
