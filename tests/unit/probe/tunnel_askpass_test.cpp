#include "agent/probe/tunnel_askpass.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using Action = AskpassAnswers::Action;

TEST(AskpassAnswers, EachSecretToItsOwnQuestion) {
  AskpassAnswers answers(Secret("word"), Secret("phrase"));
  EXPECT_EQ(answers.answer_to("Enter passphrase for key '/id': ").secret.reveal(), "phrase");
  EXPECT_EQ(answers.answer_to("jump@bastion's password: ").secret.reveal(), "word");
  EXPECT_TRUE(answers.questions().unanswered.empty());
}

TEST(AskpassAnswers, ABastionCannotAskForThePassphrase) {
  AskpassAnswers answers(Secret("word"), Secret("phrase"));
  const auto answer = answers.answer_to("(jump@bastion) Enter passphrase for key '/id': ");
  EXPECT_EQ(answer.action, Action::stop);
  EXPECT_TRUE(answer.secret.empty());
  EXPECT_FALSE(answers.questions().unanswered.empty());
}

TEST(AskpassAnswers, ARefusedPasswordIsNotGivenAgain) {
  AskpassAnswers answers(Secret("word"), std::nullopt);
  EXPECT_EQ(answers.answer_to("jump@bastion's password: ").action, Action::answer);
  EXPECT_EQ(answers.answer_to("(jump@bastion) Password: ").action, Action::stop);
  EXPECT_TRUE(answers.questions().password_asked_again);
}

TEST(AskpassAnswers, WhatIsNotGivenIsNotAnswered) {
  AskpassAnswers answers(std::nullopt, Secret("phrase"));
  EXPECT_EQ(answers.answer_to("jump@bastion's password: ").action, Action::stop);
  AskpassAnswers no_phrase(Secret("word"), std::nullopt);
  EXPECT_EQ(no_phrase.answer_to("Enter passphrase for key '/id': ").action, Action::decline);
  EXPECT_TRUE(no_phrase.questions().unanswered.empty());
}

TEST(Askpass, OnlyItsOwnLinesAreQuestions) {
  EXPECT_EQ(askpass_question("conncheck-askpass x"), std::nullopt);
  EXPECT_EQ(askpass_question("\x01"
                             "conncheck-askpass x"),
            "x");
  EXPECT_EQ(askpass_reply({Action::answer, Secret("one\ntwo")}), "+one\n");
  EXPECT_EQ(askpass_reply({Action::decline, Secret("one")}), "-\n");
}

}  // namespace
}  // namespace conncheck
